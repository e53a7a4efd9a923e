namespace ControlPlane.Catalog;

/// <summary>The files of a catalog: <c>&lt;kind's folder&gt;/&lt;name&gt;.yaml</c>, with all versions of a name in one file, and nothing else.</summary>
internal static class CatalogFolder
{
    private const int MaxBytes = 256 * 1024;

    public static IEnumerable<(string File, CatalogKind Kind, string Text)> Files(string root, CatalogKinds kinds, List<CatalogFault> faults)
    {
        var files = new List<(string, CatalogKind, string)>();
        if (!Directory.Exists(root))
        {
            faults.Add(new(root, 0, "", "missing", "There is no such folder; set Catalog:Path to the catalog's."));
        }
        else
        {
            foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                if (entry is DirectoryInfo folder && entry.LinkTarget is null && kinds.InFolder(entry.Name) is { } kind)
                {
                    files.AddRange(Files(folder, kind, faults));
                }
                else if (entry.Name != "README.md")
                {
                    faults.Add(new(entry.Name, 0, "", "unexpected_file", $"Only these folders belong here: {string.Join(", ", kinds.All.Select(known => known.Folder))}."));
                }
            }
        }

        return files;
    }

    private static IEnumerable<(string File, CatalogKind Kind, string Text)> Files(DirectoryInfo folder, CatalogKind kind, List<CatalogFault> faults)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var name = $"{folder.Name}/{entry.Name}";
            if (entry.LinkTarget is not null)
            {
                faults.Add(new(name, 0, "", "symbolic_link", "Put the file itself here; links are not followed."));
            }
            else if (entry is not FileInfo { Extension: ".yaml" } file)
            {
                faults.Add(new(name, 0, "", "unexpected_file", "Only files named <name>.yaml belong here."));
            }
            else if (file.Length > MaxBytes)
            {
                faults.Add(new(name, 0, "", "too_large", $"A file has at most {MaxBytes / 1024} KiB; this one has {file.Length / 1024}."));
            }
            else
            {
                yield return (name, kind, File.ReadAllText(file.FullName));
            }
        }
    }
}
