using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Hosting;

/// <summary>A member of a merge patch (RFC 7396): left out, removed by null, or given a value.</summary>
[JsonConverter(typeof(PatchedConverter))]
public readonly record struct Patched<T>(bool IsGiven, T? Value)
    where T : struct;

public static class Patches
{
    /// <summary>The type of the value that a member of this type may be given, if it is one of a patch.</summary>
    public static Type? ValueOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Patched<>) ? type.GetGenericArguments()[0] : null;
}

internal sealed class PatchedConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => Patches.ValueOf(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)typeof(PatchedConverter).GetMethod(nameof(Make), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(Patches.ValueOf(typeToConvert)!).Invoke(null, null)!;

    private static Of<T> Make<T>() where T : struct => new();

    private sealed class Of<T> : JsonConverter<Patched<T>>
        where T : struct
    {
        public override bool HandleNull => true;

        public override Patched<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(true, JsonSerializer.Deserialize<T?>(ref reader, options));

        public override void Write(Utf8JsonWriter writer, Patched<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
