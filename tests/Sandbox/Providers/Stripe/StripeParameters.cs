using System.Globalization;
using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>The parameters of one call, already checked against the operation's shape.</summary>
internal sealed class StripeParameters(JsonObject values)
{
    /// <summary>Null when absent; an empty string when the caller wants it cleared.</summary>
    public string? Text(string path) => (At(path) as JsonValue)?.GetValue<string>();

    /// <summary>As it will stand in the object: null when absent or cleared.</summary>
    public string? Value(string path) => Text(path) is { Length: > 0 } text ? text : null;

    public long? Integer(string path) => Value(path) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public bool? Flag(string path) => Value(path) is { } text ? text == "true" : null;

    public bool Has(string name) => values.ContainsKey(name);

    public string Require(string path) => Value(path) ?? throw StripeFailure.Missing(path);

    public JsonNode? Node(string path) => At(path) is JsonValue ? null : At(path)?.DeepClone();

    public IReadOnlyList<string> Texts(string path) => At(path) is JsonArray items ? [.. items.Select(item => item!.GetValue<string>())] : [];

    public IReadOnlyList<StripeParameters> Items(string path) =>
        At(path) is JsonArray items ? [.. items.OfType<JsonObject>().Select(item => new StripeParameters(item))] : [];

    /// <summary>Metadata is merged: an empty value removes its key, an empty map removes all.</summary>
    public JsonObject Metadata(JsonObject? present = null, string path = "metadata")
    {
        var merged = Text(path) == "" ? [] : (JsonObject?)present?.DeepClone() ?? [];
        foreach (var (key, value) in At(path) as JsonObject ?? [])
        {
            if (value!.GetValue<string>() is { Length: > 0 } text)
                merged[key] = text;
            else
                merged.Remove(key);
        }
        return merged;
    }

    private JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)values, (node, step) => (node as JsonObject)?[step]);
}
