using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>
/// The JSON schemas of what is sent and shown. The two differ: what is sent is told as strictly as it is checked, what is shown
/// may grow, and leaves out what it does not have.
/// </summary>
internal sealed class Schemas(DocComments docs)
{
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<(Type, bool), string> _names = [];

    public IReadOnlyDictionary<string, JsonObject> Components => _components;

    public JsonObject OfSent(Type type) => Of(type, isSent: true);

    public JsonObject OfShown(Type type) => Of(type, isSent: false);

    /// <summary>A member with its constraints and what is said of it.</summary>
    public JsonObject Of(JsonPropertyInfo member, bool isSent)
    {
        var schema = Of(member.PropertyType, isSent);
        if (member.AttributeProvider is not PropertyInfo property)
        {
            return schema;
        }

        if (isSent)
        {
            Constraints.Add(schema, property);
        }
        else if (property.IsDefined(typeof(SecretAttribute)))
        {
            schema["type"] = new JsonArray("string", "null");
        }

        if (docs.FindSummary(property) is { } words)
        {
            schema["description"] = words;
        }

        return schema;
    }

    private JsonObject Of(Type type, bool isSent)
    {
        if (Patches.ValueOf(type) is { } patched)
        {
            return new() { ["anyOf"] = new JsonArray(Of(patched, isSent), new JsonObject { ["type"] = "null" }) };
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalars.Of(type) is { } scalar)
        {
            return scalar;
        }

        if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(AnyOf<,>))
        {
            return new() { ["anyOf"] = new JsonArray([.. type.GetGenericArguments().Select(one => Of(one, isSent))]) };
        }

        if (type.IsEnum)
        {
            return Component(type, isSent: false, () => new()
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)Words.Of(name))]),
            });
        }

        var info = Json.Http.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Component(type, isSent, () => Object(info, isSent)),
            JsonTypeInfoKind.Enumerable => new() { ["type"] = "array", ["items"] = Of(info.ElementType!, isSent) },
            JsonTypeInfoKind.Dictionary => new() { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, isSent) },
            _ => [],
        };
    }

    private JsonObject Object(JsonTypeInfo info, bool isSent)
    {
        var members = info.Properties.Where(member => isSent ? Shape.IsSettable(member) : member.Get is not null).ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)Of(member, isSent)))),
        };
        if (members.Where(member => isSent ? Shape.IsRequired(member) : IsAlwaysShown(member)).Select(member => (JsonNode)member.Name).ToArray() is { Length: > 0 } required)
        {
            schema["required"] = new JsonArray(required);
        }

        if (isSent)
        {
            schema["additionalProperties"] = false;
        }

        return schema;
    }

    private JsonObject Component(Type type, bool isSent, Func<JsonObject> make)
    {
        if (!_names.TryGetValue((type, isSent), out var name))
        {
            name = NameOf(type);
            if (_components.ContainsKey(name))
            {
                name = _names.ContainsKey((type, !isSent)) ? name + (isSent ? "Sent" : "Shown") : type.Namespace!.Split('.')[^1] + name;
            }

            _names[(type, isSent)] = name;
            _components[name] = [];
            var schema = make();
            if (docs.FindSummary(type) is { } words)
            {
                schema["description"] = words;
            }

            if (docs.FindExample(type) is { } example)
            {
                schema["examples"] = new JsonArray(JsonNode.Parse(example));
            }

            _components[name] = schema;
        }

        return new() { ["$ref"] = $"#/components/schemas/{name}" };
    }

    // What has a value of its own when nothing is written may be missing where a file's content is shown as it is.
    private static bool IsAlwaysShown(JsonPropertyInfo member) =>
        (member.IsRequired && Nullable.GetUnderlyingType(member.PropertyType) is null) || (!member.IsGetNullable && member.AssociatedParameter is not null);

    private static string NameOf(Type type) => !type.IsConstructedGenericType ? type.Name
        : type.GetGenericTypeDefinition() == typeof(AnyOf<,>) ? NameOf(type.GetGenericArguments()[0])
        : $"{type.Name[..type.Name.IndexOf('`')]}Of{string.Concat(type.GetGenericArguments().Select(NameOf))}";
}

/// <summary>The schemas of what is written as one value.</summary>
internal static class Scalars
{
    public static JsonObject? Of(Type type) =>
        type == typeof(string) || type == typeof(Personal) ? new() { ["type"] = "string" }
        : type == typeof(bool) ? new() { ["type"] = "boolean" }
        : type == typeof(int) ? new() { ["type"] = "integer", ["format"] = "int32" }
        : type == typeof(long) ? new() { ["type"] = "integer", ["format"] = "int64" }
        : type == typeof(double) || type == typeof(decimal) ? new() { ["type"] = "number" }
        : type == typeof(DateTimeOffset) ? new() { ["type"] = "string", ["format"] = "date-time" }
        : type == typeof(DateOnly) ? new() { ["type"] = "string", ["format"] = "date" }
        : type == typeof(Guid) ? new() { ["type"] = "string", ["format"] = "uuid" }
        : type == typeof(JsonObject) ? new() { ["type"] = "object" }
        : type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) ? []
        : type.GetCustomAttribute<DescriptionAttribute>() is { } words ? new() { ["type"] = "string", ["description"] = words.Description }
        : null;
}
