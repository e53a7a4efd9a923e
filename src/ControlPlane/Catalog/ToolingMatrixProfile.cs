using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>Which tool an agent may use for whom: the first row that fits decides.</summary>
public sealed record ToolingMatrixProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it is made for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>In the order in which they are asked.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ToolingRow> Rows { get; init; }

    /// <summary>What holds where no row fits.</summary>
    public required ToolDecision Otherwise { get; init; }

    /// <summary>The row that decides, and where it stands; null where none fits.</summary>
    public (int Row, ToolingRow Decides)? Deciding(string tool, string role, Tier tier) =>
        Rows.Index().Where(row => row.Item.Fits(tool, role, tier)).Select(row => ((int, ToolingRow)?)(row.Index, row.Item)).FirstOrDefault();

    internal static IEnumerable<Fault> Faults(ToolingMatrixProfile matrix, CatalogSnapshot catalog)
    {
        foreach (var (at, row) in matrix.Rows.Index())
        {
            foreach (var (place, role) in row.Roles.Index().Where(role => !Roles.Names.Contains(role.Item)))
            {
                yield return new($"/rows/{at}/roles/{place}", "not_one_of", $"There is no role '{role}'; write one of {string.Join(", ", Roles.Names)}.");
            }

            if (matrix.Rows.Take(at).Any(earlier => earlier.Covers(row)))
            {
                yield return new($"/rows/{at}", "never_reached", "An earlier row decides all of this; remove one or change their order.");
            }
        }
    }
}

/// <summary>One rule for tools.</summary>
public sealed record ToolingRow
{
    /// <summary>A tool such as <c>files.write</c>, all that start alike as <c>files.*</c>, or <c>*</c>.</summary>
    [RegularExpression(@"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$"), MaxLength(100)]
    public required string Tool { get; init; }

    /// <summary>For whom; empty: everybody.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>In which tiers; empty: all.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [];

    /// <summary>What holds.</summary>
    public required ToolDecision Decision { get; init; }

    /// <summary>Why, in a sentence.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Reason { get; init; }

    public bool Fits(string tool, string role, Tier tier) =>
        IsOf(tool) && (Roles.Count == 0 || Roles.Contains(role)) && (Tiers.Count == 0 || Tiers.Contains(tier));

    /// <summary>Whether all that the other fits is fitted by this one.</summary>
    internal bool Covers(ToolingRow other) =>
        IsOf(other.Tool) && (Roles.Count == 0 || (other.Roles.Count > 0 && other.Roles.All(Roles.Contains)))
        && (Tiers.Count == 0 || (other.Tiers.Count > 0 && other.Tiers.All(Tiers.Contains)));

    private bool IsOf(string tool) => Tool == "*" || Tool == tool || (Tool.EndsWith(".*", StringComparison.Ordinal) && tool.StartsWith(Tool[..^1], StringComparison.Ordinal));
}

/// <summary>Whether a tool may be used.</summary>
public enum ToolDecision
{
    Allow,
    Deny,

    /// <summary>After somebody has said yes to this one use.</summary>
    Approve,
}
