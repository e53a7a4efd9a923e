using System.Text.Json;
using System.Text.Json.Serialization;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>A schema of the catalog, in the strict subset of JSON Schema 2020-12 that the service checks.</summary>
[JsonConverter(typeof(Converter))]
public sealed class PlainSchema
{
    private readonly JsonElement _source;
    private readonly JsonSchema _schema;

    private PlainSchema(JsonElement source)
    {
        var compiler = new JsonSchemaCompiler();
        (_source, _schema) = (source, compiler.Compile(source));
        Faults = [.. compiler.Faults, .. _schema.Types.SequenceEqual(["object"]) ? Array.Empty<Fault>() : [new("/type", "schema", "Settings are an object.")]];
    }

    /// <summary>What is wrong with the schema itself; none in a catalog that was loaded.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>What is wrong with a value.</summary>
    public IReadOnlyList<Fault> Check(JsonElement value) => _schema.Faults(value);

    private sealed class Converter : JsonConverter<PlainSchema>
    {
        public override PlainSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, PlainSchema value, JsonSerializerOptions options) => value._source.WriteTo(writer);
    }
}
