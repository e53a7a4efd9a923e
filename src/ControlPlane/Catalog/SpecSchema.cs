using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>The member is a string, or a list of strings, in a format of <see cref="JsonFormats"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The schema of a record as its serializer sees it: names, types, required members, nullability and validation attributes.</summary>
internal static class SpecSchema
{
    public static JsonSchema Of(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var schema = RefText.Target(plain) is { } target ? Reference(plain, target)
            : plain.IsEnum ? new JsonSchema { Enum = [.. Enum.GetValues(plain).Cast<object>().Select(value => JsonSerializer.SerializeToElement(value, plain, CatalogJson.Options))] }
            : Scalar(plain) ?? Composite(CatalogJson.Options.GetTypeInfo(plain));
        return schema;
    }

    private static JsonSchema? Scalar(Type type) =>
        type == typeof(string) ? new() { Types = ["string"] }
        : type == typeof(bool) ? new() { Types = ["boolean"] }
        : type == typeof(int) ? new() { Types = ["integer"], Minimum = int.MinValue, Maximum = int.MaxValue }
        : type == typeof(long) ? new() { Types = ["integer"] }
        : type == typeof(decimal) ? new() { Types = ["number"] }
        : type == typeof(DateTimeOffset) ? new() { Types = ["string"], Format = "date-time" }
        : type == typeof(Period) ? new() { Types = ["string"], Pattern = new(Period.Pattern), Format = "duration" }
        : type == typeof(JsonElement) || type == typeof(ConfigSchema) ? new() { Types = ["object"], Additional = JsonSchema.Anything }
        : null;

    private static JsonSchema Reference(Type type, Type target) => new()
    {
        Types = ["string"],
        Pattern = new(type == typeof(OfferRef) ? RefText.Part : RefText.Entry),
        RefersTo = target.Name,
    };

    private static JsonSchema Composite(JsonTypeInfo info) => info.Kind switch
    {
        JsonTypeInfoKind.Object => new()
        {
            Types = ["object"],
            Properties = info.Properties.ToDictionary(member => member.Name, Member),
            Required = [.. info.Properties.Where(member => member.IsRequired).Select(member => member.Name)],
        },
        JsonTypeInfoKind.Enumerable => new() { Types = ["array"], Items = Of(info.ElementType!) },
        JsonTypeInfoKind.Dictionary => new() { Types = ["object"], Additional = Of(info.ElementType!) },
        _ => throw new NotSupportedException($"A catalog entry can't hold a {info.Type}."),
    };

    private static JsonSchema Member(JsonPropertyInfo member)
    {
        var schema = Of(member.PropertyType);
        foreach (var rule in member.AttributeProvider!.GetCustomAttributes(true))
            schema = schema.Types is ["array"] && rule is not (MinLengthAttribute or MaxLengthAttribute)
                ? schema with { Items = Apply(schema.Items!, rule) }
                : Apply(schema, rule);
        return schema;
    }

    private static JsonSchema Apply(JsonSchema schema, object rule) => rule switch
    {
        RangeAttribute range => schema with { Minimum = Convert.ToDecimal(range.Minimum, null), Maximum = Convert.ToDecimal(range.Maximum, null) },
        StringLengthAttribute length => schema with { MinLength = length.MinimumLength, MaxLength = length.MaximumLength },
        MinLengthAttribute least => schema with { MinLength = least.Length, MinItems = least.Length },
        MaxLengthAttribute most => schema with { MaxLength = most.Length, MaxItems = most.Length },
        RegularExpressionAttribute expression => schema with { Pattern = new(expression.Pattern) },
        FormatAttribute format => schema with { Format = format.Name },
        _ => schema,
    };
}
