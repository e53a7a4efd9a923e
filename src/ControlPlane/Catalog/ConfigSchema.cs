using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>Who may set a path of an instance's configuration; what is locked stays as the blueprint has it.</summary>
public enum ConfigAccess
{
    Locked,
    Platform,
    Customer,
}

/// <summary>What a merge patch would make of a configuration. With faults, the configuration is the one before.</summary>
/// <param name="Config">The configuration after the patch.</param>
/// <param name="Changed">Pointers of the values that differ; empty when the patch changes nothing.</param>
/// <param name="Faults">
/// <c>unknown_path</c>, <c>locked_path</c>, <c>platform_path</c>, <c>secret_like</c>, and the codes of <see cref="JsonSchemaValidator"/>.
/// </param>
public sealed record ConfigChange(JsonElement Config, IReadOnlyList<string> Changed, IReadOnlyList<Fault> Faults);

/// <summary>The schema of an instance's configuration, where <c>x-access</c> says of each path (itself or by what holds it) who may set it.</summary>
[JsonConverter(typeof(Converter))]
public sealed class ConfigSchema
{
    private readonly JsonSchema _schema;

    private ConfigSchema(JsonElement source)
    {
        Source = source;
        var compiler = new JsonSchemaCompiler();
        var schema = compiler.Compile(source);
        var faults = new List<Fault>(compiler.Faults);
        if (!schema.Types.SequenceEqual(["object"]))
        {
            faults.Add(new("/type", "schema", "A configuration is an object."));
        }

        _schema = ConfigPaths.Resolve(schema, null, "", faults);
        Faults = faults;
    }

    /// <summary>The schema as it was written.</summary>
    public JsonElement Source { get; }

    /// <summary>What is wrong with the schema itself; none in a catalog that was loaded.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    public static ConfigSchema Compile(JsonElement source) => new(source);

    /// <summary>What is wrong with a whole configuration.</summary>
    public IReadOnlyList<Fault> Check(JsonElement config) => _schema.Faults(config);

    /// <summary>Applies a merge patch (RFC 7396) on behalf of a customer or of the platform, which may set customers' paths too.</summary>
    public ConfigChange Apply(JsonElement current, JsonElement patch, ConfigAccess by = ConfigAccess.Customer)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return new(current, [], [new("", "type", "A merge patch is an object.")]);
        }

        var merge = new ConfigMerge(by);
        var config = JsonObject.Create(current) ?? [];
        merge.Patch(config, patch, _schema, "");
        var next = JsonSerializer.SerializeToElement(config);
        var faults = merge.Faults
            .Concat(SecretShapes.FindIn(patch).Select(at => new Fault(at, "secret_like",
                "This looks like a credential; keep it in the provider key or MCP credential store instead.")))
            .Concat(Check(next))
            .DistinctBy(fault => fault.Pointer)
            .ToArray();
        return faults.Length > 0 ? new(current, [], faults) : new(next, merge.Changed, []);
    }

    private sealed class Converter : JsonConverter<ConfigSchema>
    {
        public override ConfigSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, ConfigSchema value, JsonSerializerOptions options) => value.Source.WriteTo(writer);
    }
}
