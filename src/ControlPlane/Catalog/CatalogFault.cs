namespace ControlPlane.Catalog;

/// <summary>One thing that is wrong with the catalog's files.</summary>
/// <param name="File">Relative to the catalog's folder.</param>
/// <param name="Line">Counted from one; zero for the file as a whole.</param>
/// <param name="Pointer">Where in the document, as a JSON pointer.</param>
/// <param name="Code">A stable word for this sort of fault.</param>
/// <param name="Message">What to do.</param>
public sealed record CatalogFault(string File, int Line, string Pointer, string Code, string Message)
{
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")} {(Pointer.Length > 0 ? $"{Pointer} " : "")}({Code}) {Message}";
}

/// <summary>What came of reading a folder: a catalog, or everything that stands against it.</summary>
public sealed record CatalogReading(string Folder, CatalogSnapshot? Catalog, IReadOnlyList<CatalogFault> Faults)
{
    public CatalogSnapshot Require() => Catalog ?? throw new CatalogException(Folder, Faults);
}

/// <summary>The service can't work with this catalog.</summary>
public sealed class CatalogException(string folder, IReadOnlyList<CatalogFault> faults)
    : Exception(string.Join($"{Environment.NewLine}  ", [$"The catalog in {folder} can't be used. Put this right and start again:", .. faults.Select(fault => fault.ToString())]))
{
    public IReadOnlyList<CatalogFault> Faults => faults;
}
