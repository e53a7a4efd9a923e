using System.Text.Json.Nodes;

namespace ControlPlane.Tests.Contract;

/// <summary>One operation as the service's document describes it.</summary>
public sealed record Described(string Method, string Path, JsonObject Operation, JsonObject Document)
{
    public string Name => $"{Method} {Path}";

    public string Id => (string)Operation["operationId"]!;

    public string Permission => (string)Operation["x-permission"]!;

    public bool IsPublic => Permission is "public" or "network" or "signature" or "state";

    public string[] Tags => [.. Operation["tags"]!.AsArray().Select(tag => (string)tag!)];

    public int[] Statuses => [.. Operation["responses"]!.AsObject().Select(answer => int.Parse(answer.Key, System.Globalization.CultureInfo.InvariantCulture))];

    public IEnumerable<JsonObject> Parameters => (Operation["parameters"]?.AsArray() ?? []).Select(parameter => Resolve(parameter!.AsObject()));

    public IEnumerable<string> ParametersIn(string place) => Parameters.Where(p => (string?)p["in"] == place).Select(p => (string)p["name"]!);

    /// <summary>The schema of the body; null where the operation takes none, or reads it itself.</summary>
    public JsonObject? Body => Operation["requestBody"]?["content"]!.AsObject().First().Value!["schema"] is JsonObject schema ? Resolve(schema) : null;

    public JsonObject Resolve(JsonObject node) => (string?)node["$ref"] is not { } reference ? node
        : reference.Split('/')[1..].Aggregate((JsonNode)Document, (at, name) => at[name]!).AsObject();

    /// <summary>The path with a value for every part.</summary>
    public string PathWith(Func<string, string> value) =>
        string.Join('/', Path.Split('/').Select(segment => segment.StartsWith('{') ? value(segment.Trim('{', '}')) : segment));

    public static IReadOnlyList<Described> In(JsonObject document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select new Described(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject(), document),
    ];
}
