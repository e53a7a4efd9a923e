using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>Reads a schema that someone wrote, and tells every place where it is wrong or leaves the subset.</summary>
public sealed class JsonSchemaCompiler
{
    private static readonly string[] TypeNames = ["object", "array", "string", "number", "integer", "boolean", "null"];
    private static readonly string[] Annotations = ["$schema", "$comment", "title", "description", "default", "examples", "deprecated"];

    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> Faults => _faults;

    public JsonSchema Compile(JsonElement schema, string pointer = "")
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return JsonSchema.Anything;
        }

        var compiled = new JsonSchema();
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return Refuse(compiled, pointer, "A schema is an object, or true.");
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            compiled = Apply(compiled, keyword.Name, keyword.Value, JsonPointer.Of(pointer, keyword.Name));
        }

        foreach (var name in compiled.Required.Where(name => !compiled.Properties.ContainsKey(name)))
        {
            Refuse(compiled, JsonPointer.Of(pointer, "required"), $"'{name}' is required but not among the properties.");
        }

        return compiled;
    }

    private JsonSchema Apply(JsonSchema schema, string keyword, JsonElement value, string at) => keyword switch
    {
        "type" => Strings(value, at, out var types) && types.Except(TypeNames).Any()
            ? Refuse(schema, at, $"A type is one of {string.Join(", ", TypeNames)}.") : schema with { Types = types },
        "properties" => Properties(schema, value, at),
        "required" => Strings(value, at, out var required) ? schema with { Required = required } : schema,
        "additionalProperties" => value.ValueKind == JsonValueKind.False ? schema : schema with { Additional = Compile(value, at) },
        "items" => schema with { Items = Compile(value, at) },
        "enum" when value.ValueKind == JsonValueKind.Array => schema with { Enum = [.. value.EnumerateArray()] },
        "const" => schema with { Enum = [value] },
        "minimum" => schema with { Minimum = Number(value, at) },
        "maximum" => schema with { Maximum = Number(value, at) },
        "exclusiveMinimum" => schema with { ExclusiveMinimum = Number(value, at) },
        "exclusiveMaximum" => schema with { ExclusiveMaximum = Number(value, at) },
        "multipleOf" => Number(value, at) is > 0 and var step ? schema with { MultipleOf = step } : Refuse(schema, at, "This is a number above zero."),
        "minLength" => schema with { MinLength = Count(value, at) },
        "maxLength" => schema with { MaxLength = Count(value, at) },
        "minItems" => schema with { MinItems = Count(value, at) },
        "maxItems" => schema with { MaxItems = Count(value, at) },
        "uniqueItems" => schema with { UniqueItems = value.ValueKind == JsonValueKind.True },
        "pattern" => Pattern(schema, value, at),
        "format" when value.ValueKind == JsonValueKind.String && JsonFormats.Exists(value.GetString()!) => schema with { Format = value.GetString() },
        "x-access" when value.ValueKind == JsonValueKind.String => schema with { Access = value.GetString() },
        _ when Annotations.Contains(keyword) => schema,
        _ => Refuse(schema, at, $"'{keyword}' with this value is outside the subset of JSON Schema that the catalog checks; say it with another keyword."),
    };

    private JsonSchema Properties(JsonSchema schema, JsonElement value, string at) => value.ValueKind == JsonValueKind.Object
        ? schema with { Properties = value.EnumerateObject().ToDictionary(p => p.Name, p => Compile(p.Value, JsonPointer.Of(at, p.Name))) }
        : Refuse(schema, at, "Properties are an object of schemas.");

    private JsonSchema Pattern(JsonSchema schema, JsonElement value, string at)
    {
        try
        {
            return schema with { Pattern = new JsonPattern(value.GetString()!) };
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return Refuse(schema, at, "This is no regular expression that runs in linear time (no look-around, no back-references).");
        }
    }

    private bool Strings(JsonElement value, string at, out IReadOnlyList<string> strings)
    {
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        strings = [.. items.Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
        if (strings.Count == items.Length)
        {
            return true;
        }

        Refuse(JsonSchema.Anything, at, "This is a string or a list of strings.");
        return false;
    }

    private decimal? Number(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
        {
            return number;
        }

        Refuse(JsonSchema.Anything, at, "This is a number.");
        return null;
    }

    private int? Count(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        Refuse(JsonSchema.Anything, at, "This is a whole number, zero or more.");
        return null;
    }

    private JsonSchema Refuse(JsonSchema schema, string pointer, string message)
    {
        _faults.Add(new(pointer, "schema", message));
        return schema;
    }
}
