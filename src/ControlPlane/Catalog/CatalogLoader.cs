using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>Reads a catalog from its folder and tells every fault at once.</summary>
public static class CatalogLoader
{
    public static CatalogReading Load(string folder, CatalogKinds kinds, DateTimeOffset now)
    {
        var faults = new List<CatalogFault>();
        var drafts = CatalogFolder.Files(folder, kinds, faults).SelectMany(file => Drafts(file.File, file.Kind, file.Text, faults)).ToArray();
        var snapshot = new CatalogSnapshot(kinds, [.. drafts.Select(draft => draft.Entry).OfType<CatalogEntry>()], now);
        faults.AddRange(Duplicates(drafts));
        faults.AddRange(Dangling(drafts));
        faults.AddRange(drafts.Where(draft => draft.Entry is not null)
            .SelectMany(draft => draft.Kind.Faults(draft.Entry!, snapshot).Select(draft.Fault)));
        return faults.Count == 0
            ? new(folder, snapshot, [])
            : new(folder, null, [.. faults.OrderBy(fault => fault.File, StringComparer.Ordinal).ThenBy(fault => fault.Line)]);
    }

    private static IEnumerable<CatalogDraft> Drafts(string file, CatalogKind kind, string text, List<CatalogFault> faults)
    {
        var yaml = YamlReader.Read(text);
        faults.AddRange(yaml.Faults.Select(broken => new CatalogFault(file, broken.Line, broken.Fault.Pointer, broken.Fault.Code, broken.Fault.Message)));
        if (yaml is { Documents: [], Faults: [] })
        {
            faults.Add(new(file, 0, "", "empty", "The file holds no entry; write one or remove the file."));
        }

        return yaml.Documents.Select(document => CatalogDraft.Read(file, kind, document, faults));
    }

    private static IEnumerable<CatalogFault> Duplicates(IEnumerable<CatalogDraft> drafts) =>
        from draft in drafts
        where draft.Ref is not null
        group draft by (draft.Kind, draft.Ref) into same
        let first = same.First()
        from later in same.Skip(1)
        let digests = (first.Entry?.Digest, later.Entry?.Digest)
        select later.Fault(new("/metadata/version", "duplicate_version", digests.Item1 == digests.Item2
            ? $"{same.Key.Ref} stands in {first.File} already; remove one."
            : $"{same.Key.Ref} stands in {first.File} with other content, and a version never changes; give this one a new number."));

    private static IEnumerable<CatalogFault> Dangling(IReadOnlyCollection<CatalogDraft> drafts)
    {
        var known = drafts.Where(draft => draft.Ref is not null).ToLookup(draft => (draft.Kind.Name, draft.Ref!));
        foreach (var draft in drafts)
        {
            foreach (var (at, kind, @ref) in draft.References)
            {
                if (!known.Contains((kind, @ref)))
                {
                    yield return draft.Fault(new(at, "dangling_reference", $"There is no {kind} {@ref}{Hint(known.Select(entry => entry.Key), kind, @ref)}."));
                }
                else if (draft.Entry?.Metadata.Status == CatalogStatus.Active && known[(kind, @ref)].First().Entry is { IsWithdrawn: true })
                {
                    yield return draft.Fault(new(at, "withdrawn_reference", $"{@ref} is withdrawn; refer to another {kind}."));
                }
            }
        }
    }

    private static string Hint(IEnumerable<(string Kind, string Ref)> known, string kind, string @ref) =>
        Suggestions.For(@ref, known.Where(entry => entry.Kind == kind).Select(entry => entry.Ref)) is { Count: > 0 } near ? $"; did you mean {string.Join(" or ", near)}" : "";
}
