using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OutsideWorld;

internal static class Json
{
    public static JsonSerializerOptions Options { get; } = Shape(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    // Substrings are looked for in the serialized form, so e-mail addresses must stay as they are written.
    public static JsonSerializerOptions Shape(JsonSerializerOptions options)
    {
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }
}
