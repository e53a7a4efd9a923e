using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Sealing;

/// <summary>How the store writes and reads personal values: only ever in their sealed form.</summary>
public sealed class SealedPersonal(KeyRing ring) : JsonConverter<Personal>
{
    public override Personal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Personal.FromStore(reader.GetString()!, ring);

    public override void Write(Utf8JsonWriter writer, Personal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Sealed ?? throw new InvalidOperationException("A personal value is stored through an event, which seals it"));
}
