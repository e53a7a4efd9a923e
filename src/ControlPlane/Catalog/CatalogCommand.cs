using JasperFx.CommandLine;

namespace ControlPlane.Catalog;

public sealed class CatalogInput : NetCoreInput
{
    [Description("lint DIR: tell everything that is wrong with the catalog in a folder, as a start does")]
    public string Action { get; set; } = "";
}

/// <summary>Checks a catalog's files. It runs before any host is built, so that it needs nothing but the folder.</summary>
[Description("Check the files of a catalog: catalog lint DIR", Name = "catalog")]
public sealed class CatalogCommand : JasperFxAsyncCommand<CatalogInput>
{
    private const int Good = 0;
    private const int Bad = 1;
    private const int Misused = 2;

    public CatalogCommand() => Usage("Check the files of a catalog").Arguments(input => input.Action);

    /// <summary>Whether the command line asks for a check.</summary>
    public static bool IsLint(string[] args) => args is ["catalog", "lint", ..];

    /// <summary>Checks a folder and tells every fault with file, line and pointer: 0 none, 1 some, 2 not asked as it should be.</summary>
    public static int Lint(string[] args, TextWriter output)
    {
        if (args is not [_, _, var folder])
        {
            output.WriteLine("catalog lint DIR is expected");
            return Misused;
        }

        var reading = CatalogLoader.Load(Path.GetFullPath(folder), CatalogKinds.Shipped, TimeProvider.System.GetUtcNow());
        foreach (var fault in reading.Faults)
        {
            output.WriteLine(fault);
        }

        output.WriteLine(reading.Catalog is { } catalog
            ? FormattableString.Invariant($"{catalog.Everything.Count()} entries of {CatalogKinds.Shipped.All.Count} kinds, nothing wrong")
            : FormattableString.Invariant($"{reading.Faults.Count} to put right"));
        return reading.Catalog is null ? Bad : Good;
    }

    public override Task<bool> Execute(CatalogInput input)
    {
        Console.Error.WriteLine("catalog lint DIR is expected");
        return Task.FromResult(false);
    }
}
