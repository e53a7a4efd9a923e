using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OutsideWorld.Traffic;

/// <summary>A request's body, read once.</summary>
internal sealed record Received(string Text, bool IsForm, JsonNode? Parsed)
{
    public static async Task<Received> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var isForm = request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
        return new Received(text, isForm, isForm ? BracketForm.Parse(text) : ParseJson(text));
    }

    private static JsonNode? ParseJson(string text)
    {
        if (text.Length == 0)
            return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
