using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What reading one tooling matrix takes.</summary>
public sealed record ToolingQuery : CatalogVersionQuery
{
    /// <summary>Tells which row decides for a tool, a role and a tier, as <c>files.write,operator,pro</c>.</summary>
    [RegularExpression(@"^[a-z0-9_]+(\.[a-z0-9_]+)*,(owner|admin|operator|billing|auditor),(solo|pro|squad)$"), MaxLength(150)]
    public string? Explain { get; init; }
}

/// <summary>Why a tool may be used, or not.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Role">For whom.</param>
/// <param name="Tier">In which tier.</param>
/// <param name="Decision">What holds.</param>
/// <param name="Row">The place of the row that decides, from 0; absent where none fits and <c>otherwise</c> decides.</param>
/// <param name="Reason">What the row says.</param>
public sealed record ToolExplanation(string Tool, string Role, Tier Tier, ToolDecision Decision, int? Row, string? Reason)
{
    public static Task<Func<CatalogEntry<ToolingMatrixProfile>, ToolExplanation?>> ObserveAsync(HttpContext http)
    {
        var asked = http.Request.RouteValues.ContainsKey("name") ? http.Query<ToolingQuery>().Explain?.Split(',') : null;
        return Task.FromResult<Func<CatalogEntry<ToolingMatrixProfile>, ToolExplanation?>>(
            entry => asked is [var tool, var role, var tier] ? Of(entry.Spec, tool, role, Enum.Parse<Tier>(tier, ignoreCase: true)) : null);
    }

    private static ToolExplanation Of(ToolingMatrixProfile matrix, string tool, string role, Tier tier) => matrix.Deciding(tool, role, tier) is var (row, decides)
        ? new(tool, role, tier, decides.Decision, row, decides.Reason)
        : new(tool, role, tier, matrix.Otherwise, null, null);
}
