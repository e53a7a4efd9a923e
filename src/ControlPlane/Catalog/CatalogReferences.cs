using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>One reference in a document: where it stands, and the kind and <c>name@version</c> that it names.</summary>
internal readonly record struct CatalogReference(string Pointer, string Kind, string Ref);

/// <summary>Finds what a document refers to: every member whose type is a reference, however deep it lies.</summary>
internal static class CatalogReferences
{
    public static IEnumerable<CatalogReference> In(Type type, JsonElement value, string at = "")
    {
        if (RefText.Target(type) is { } target)
        {
            return value.ValueKind == JsonValueKind.String && value.GetString()!.Split('#')[0] is var entry && RefText.IsEntry(entry)
                ? [new(at, target.Name, entry)]
                : [];
        }

        var info = Json.Http.GetTypeInfo(type);
        return (info.Kind, value.ValueKind) switch
        {
            (JsonTypeInfoKind.Object, JsonValueKind.Object) => info.Properties.SelectMany(member => value.TryGetProperty(member.Name, out var inner)
                ? In(member.PropertyType, inner, JsonPointer.Of(at, member.Name)) : []),
            (JsonTypeInfoKind.Enumerable, JsonValueKind.Array) => value.EnumerateArray().SelectMany((item, index) =>
                In(info.ElementType!, item, JsonPointer.Of(at, index))),
            _ => [],
        };
    }
}
