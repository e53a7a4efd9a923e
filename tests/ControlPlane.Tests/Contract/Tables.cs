namespace ControlPlane.Tests.Contract;

/// <summary>One operation as the contract's tables have it.</summary>
public sealed record Promised(string Area, string Method, string Path, int Success, string Permission, bool IsExtension)
{
    public string Name => $"{Method} {Path}";
}

/// <summary>The tables of the contract.</summary>
public static class Tables
{
    /// <summary>Everything that is promised: the product's operations and our extensions.</summary>
    public static IReadOnlyList<Promised> Operations { get; } =
    [
        .. Rows("operations.tsv").Select(row => new Promised(row[0], row[1], row[2], Number(row[3]), row[4], false)),
        .. Rows("extensions.tsv").Select(row => new Promised(row[0], row[1], row[2], Number(row[3]), row[4], true)),
    ];

    /// <summary>What of it is still to be built, as <c>METHOD path</c>.</summary>
    public static IReadOnlySet<string> NotBuiltYet { get; } = Rows("NotBuiltYet.tsv").Select(row => $"{row[0]} {row[1]}").ToHashSet();

    /// <summary>The roles that hold each permission.</summary>
    public static ILookup<string, string> Roles { get; } = ReadRoles();

    private static ILookup<string, string> ReadRoles()
    {
        var lines = Lines("roles.tsv");
        var roles = lines[0][1..];
        return lines[1..].SelectMany(row => roles.Where((_, i) => row[i + 1] == "yes").Select(role => (Permission: row[0], Role: role)))
            .ToLookup(held => held.Permission, held => held.Role);
    }

    private static string[][] Rows(string table) => Lines(table)[1..];

    private static string[][] Lines(string table) =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Contract", table)).Where(line => line.Length > 0).Select(line => line.Split('\t'))];

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
