using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ControlPlane.Iam;

/// <summary>The five predefined, immutable roles and what each may do, read from <c>roles.tsv</c>.</summary>
public static class Roles
{
    public const string Owner = "owner";
    public const string Admin = "admin";
    public const string Operator = "operator";
    public const string Billing = "billing";
    public const string Auditor = "auditor";

    private static readonly string[][] Table = Read();

    /// <summary>Every permission there is; the last three belong to no role.</summary>
    public static FrozenSet<string> Permissions { get; } = Table.Skip(1).Select(row => row[0]).ToFrozenSet();

    private static readonly FrozenDictionary<string, ImmutableHashSet<string>> ByName = Table[0].Skip(1)
        .Select((name, column) => (name, held: Table.Skip(1).Where(row => row[column + 1] == "yes").Select(row => row[0]).ToImmutableHashSet()))
        .ToFrozenDictionary(role => role.name, role => role.held);

    /// <summary>The five, in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } = Table[0][1..];

    public static ImmutableHashSet<string> PermissionsOf(string role) => ByName.TryGetValue(role, out var held) ? held : [];

    private static string[][] Read()
    {
        using var stream = typeof(Roles).Assembly.GetManifestResourceStream("roles.tsv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }
}
