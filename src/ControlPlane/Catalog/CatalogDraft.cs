using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>One document of a file on its way into the catalog.</summary>
internal sealed record CatalogDraft(string File, CatalogKind Kind, YamlDocument Document)
{
    /// <summary>The entry, once the document has the shape of its kind.</summary>
    public CatalogEntry? Entry { get; private init; }

    /// <summary>What others call it, if it says so much, even where the rest of it is wrong.</summary>
    public string? Ref =>
        Member(Document.Root, "metadata") is { } metadata
        && Member(metadata, "name") is { ValueKind: JsonValueKind.String } name
        && Member(metadata, "version") is { ValueKind: JsonValueKind.Number } version && version.TryGetInt32(out var number)
            ? RefText.Of(name.GetString()!, number) : null;

    /// <summary>Every reference in the document.</summary>
    public IEnumerable<CatalogReference> References => CatalogReferences.In(Kind.File, Document.Root)
        .Concat(Entry?.Metadata.ReplacedBy is { } next ? [new("/metadata/replacedBy", Kind.Name, next)] : []);

    public static CatalogDraft Read(string file, CatalogKind kind, YamlDocument document, List<CatalogFault> faults)
    {
        var draft = new CatalogDraft(file, kind, document);
        var found = new List<Fault>();
        Shape.Check(document.Root, kind.File, "", found);
        found.AddRange(SecretShapes.FindIn(document.Root).Select(at =>
            new Fault(at, "secret_like", "This looks like a credential, which has no place in the catalog; remove it.")));
        if (found.Count == 0)
        {
            var (entry, more) = kind.Read(file, document.Root);
            found.AddRange(more);
            draft = draft with { Entry = entry };
        }

        faults.AddRange(found.Select(draft.Fault));
        return draft;
    }

    public CatalogFault Fault(Fault fault) => new(File, Document.LineOf(fault.Pointer), fault.Pointer, fault.Code, fault.Message);

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : null;
}
