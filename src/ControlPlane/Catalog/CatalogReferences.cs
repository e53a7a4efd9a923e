using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>Finds what an entry refers to by walking its content along its schema.</summary>
internal static class CatalogReferences
{
    public static IEnumerable<(string At, string Kind, string Ref)> In(CatalogKind kind, JsonElement document)
    {
        foreach (var reference in Walk(kind.Schema, document, ""))
            yield return reference;
        if (document.ValueKind == JsonValueKind.Object && document.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            && metadata.TryGetProperty("replacedBy", out var next) && next.ValueKind == JsonValueKind.String)
            yield return ("/metadata/replacedBy", kind.Name, next.GetString()!);
    }

    public static IEnumerable<(string At, string Kind, string Ref)> Walk(JsonSchema schema, JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.String when schema.RefersTo is { } target => [(at, target, value.GetString()!.Split('#')[0])],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member =>
            schema.Member(member.Name) is { IsAnything: false } known ? Walk(known, member.Value, JsonPointer.Of(at, member.Name)) : []),
        JsonValueKind.Array when schema.Items is { } items => value.EnumerateArray().SelectMany((item, index) => Walk(items, item, JsonPointer.Of(at, index))),
        _ => [],
    };
}
