using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>One document of a file on its way into the catalog.</summary>
internal sealed record CatalogDraft(string File, CatalogKind Kind, YamlDocument Document)
{
    /// <summary>The entry, once the document has passed all that can be said of it alone.</summary>
    public CatalogEntry? Entry { get; private init; }

    /// <summary>What others call it, if it says so much, even where the rest of it is wrong.</summary>
    public string? Ref => Document.Root is { ValueKind: JsonValueKind.Object } root
        && root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
        && metadata.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number)
            ? RefText.Of(name.GetString()!, number) : null;

    public static CatalogDraft Read(string file, CatalogKind kind, YamlDocument document, List<CatalogFault> faults)
    {
        var draft = new CatalogDraft(file, kind, document);
        JsonFault[] found =
        [
            .. kind.Schema.Faults(document.Root),
            .. SecretShapes.FindIn(document.Root).Select(at => new JsonFault(at, "secret_like", "This looks like a credential, which has no place in the catalog; remove it.")),
        ];
        faults.AddRange(found.Select(draft.Fault));
        if (found.Length > 0)
            return draft;

        var entry = kind.Read(document.Root);
        faults.AddRange(CatalogForm.Faults(entry.Metadata).Select(draft.Fault));
        if (Path.GetFileNameWithoutExtension(file) != entry.Name)
            faults.Add(draft.Fault(new("/metadata/name", "file_name", $"The file of this entry is {entry.Name}.yaml; rename one of them.")));
        return draft with { Entry = entry };
    }

    /// <summary>Every reference in the document: where, to which kind, to which entry.</summary>
    public IEnumerable<(string At, string Kind, string Ref)> References() => CatalogReferences.In(Kind, Document.Root);

    public CatalogFault Fault(JsonFault fault) => new(File, Document.LineOf(fault.Pointer), fault.Pointer, fault.Code, fault.Message);
}
