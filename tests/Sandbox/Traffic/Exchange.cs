using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace OutsideWorld.Traffic;

/// <summary>One request as it arrived, and what became of it.</summary>
public sealed record Exchange
{
    private string? _text;

    [JsonInclude]
    public long Index { get; internal set; }

    public required DateTimeOffset Time { get; init; }

    public required string Method { get; init; }

    /// <summary>As the provider sees it: without the sandbox's own prefix.</summary>
    public required string Path { get; init; }

    public required JsonObject Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>JSON and forms as objects, anything else as a string.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>The status answered; null while under way, and when the caller got no answer.</summary>
    [JsonInclude]
    public int? Status { get; internal set; }

    /// <summary>The fault that struck, if one did.</summary>
    [JsonInclude]
    public string? Fault { get; internal set; }

    [JsonIgnore]
    internal bool CutOff { get; set; }

    [JsonIgnore]
    internal string Text => _text ??= string.Join('\n',
        [$"{Method} {Path}", .. Headers.Select(h => $"{h.Key}: {h.Value}"), Query.ToJsonString(Json.Options), Body?.ToJsonString(Json.Options)]);
}
