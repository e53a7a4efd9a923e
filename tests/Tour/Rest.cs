using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tour;

/// <summary>Calls the service as any customer's program would, and shows each call.</summary>
public sealed class Rest(Uri service) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = service };

    /// <summary>The bearer of the calls that follow.</summary>
    public string? Token { get; set; }

    public int Calls { get; private set; }

    public Task<JsonNode> Get(string path, int expect, params string[] show) => Send(HttpMethod.Get, path, null, expect, show);

    public Task<JsonNode> Post(string path, object? body, int expect, params string[] show) => Send(HttpMethod.Post, path, Json(body), expect, show);

    public Task<JsonNode> Delete(string path, int expect) => Send(HttpMethod.Delete, path, null, expect, []);

    /// <summary>Sends a JSON merge patch.</summary>
    public Task<JsonNode> Patch(string path, object body, int expect, params string[] show)
    {
        var content = Json(body);
        content!.Headers.ContentType = new MediaTypeHeaderValue("application/merge-patch+json");
        return Send(HttpMethod.Patch, path, content, expect, show);
    }

    public void Dispose() => _client.Dispose();

    private static JsonContent? Json(object? body) => body is null ? null : JsonContent.Create(body);

    private async Task<JsonNode> Send(HttpMethod method, string path, HttpContent? content, int expect, string[] show)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Token is not null)
        {
            request.Headers.Authorization = new("Bearer", Token);
        }

        if (method == HttpMethod.Post && Token is not null)
        {
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var answer = Parse(text);
        Calls++;
        Paper.Write($"  {method.Method,-6} {path,-64} {(int)response.StatusCode}  {string.Join("  ", show.Select(name => $"{name}={Field(answer, name)}"))}");
        return (int)response.StatusCode == expect ? answer : throw new TourException($"{method} {path} was to answer {expect}: {text}");
    }

    private static JsonNode Parse(string text)
    {
        try
        {
            return (text.Length == 0 ? null : JsonNode.Parse(text)) ?? new JsonObject();
        }
        catch (JsonException)
        {
            return new JsonObject();
        }
    }

    private static string Field(JsonNode answer, string path)
    {
        var node = path.Split('.').Aggregate((JsonNode?)answer, (at, name) => at is JsonObject ? at[name] : null);
        return node is JsonArray array
            ? $"[{string.Join(' ', array.Select(item => item is JsonObject entry ? Name(entry) : item?.ToString()))}]"
            : node?.ToString() ?? "–";
    }

    private static string Name(JsonObject entry) =>
        (entry["metadata"]?["name"] ?? entry["id"] ?? entry["name"] ?? entry["type"])?.ToString() ?? entry.ToJsonString();
}
