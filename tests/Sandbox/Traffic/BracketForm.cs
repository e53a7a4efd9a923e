using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace OutsideWorld.Traffic;

/// <summary>Reads <c>a[b]=1&amp;c[0]=2&amp;d[]=3</c> into objects and arrays of strings.</summary>
internal static class BracketForm
{
    public static JsonObject Parse(string form)
    {
        var root = new JsonObject();
        foreach (var (name, value) in Pairs(form))
            Put(root, Segments(name), value);
        return (JsonObject)WithArrays(root)!;
    }

    public static IEnumerable<(string Name, string Value)> Pairs(string form) =>
        from pair in form.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        let cut = pair.IndexOf('=', StringComparison.Ordinal)
        let name = cut < 0 ? pair : pair[..cut]
        let value = cut < 0 ? "" : pair[(cut + 1)..]
        select (WebUtility.UrlDecode(name), WebUtility.UrlDecode(value));

    private static string[] Segments(string name)
    {
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        return bracket <= 0 || !name.EndsWith(']')
            ? [name]
            : [name[..bracket], .. name[(bracket + 1)..^1].Split("][")];
    }

    private static void Put(JsonObject at, string[] segments, string value)
    {
        foreach (var segment in segments[..^1])
        {
            var key = segment.Length == 0 ? at.Count.ToString(CultureInfo.InvariantCulture) : segment;
            if (at[key] is not JsonObject next)
                at[key] = next = [];
            at = next;
        }
        var last = segments[^1];
        at[last.Length == 0 ? at.Count.ToString(CultureInfo.InvariantCulture) : last] = value;
    }

    private static JsonNode? WithArrays(JsonNode? node)
    {
        if (node is not JsonObject branch)
            return node?.DeepClone();
        var children = branch.Select(child => (child.Key, Node: WithArrays(child.Value))).ToList();
        return children.Count > 0 && children.All(child => int.TryParse(child.Key, NumberStyles.None, null, out _))
            ? new JsonArray([.. children.OrderBy(child => int.Parse(child.Key, CultureInfo.InvariantCulture)).Select(child => child.Node)])
            : new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, child.Node)));
    }
}
