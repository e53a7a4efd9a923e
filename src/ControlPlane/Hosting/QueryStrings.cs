using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ControlPlane.Hosting;

/// <summary>Reads a query string as an object of the declared type, by the same rules as a body.</summary>
public static class QueryStrings
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, JsonPropertyInfo>> Members = new();
    private static readonly ConcurrentDictionary<Type, object> Empty = new();

    public static object? Read(IQueryCollection query, Type? type, List<Fault> faults)
    {
        // Most requests have none, and what has no setters may be shared.
        if (query.Count == 0 && (type is null || Empty.TryGetValue(type, out _)))
        {
            return type is null ? null : Empty[type];
        }

        var read = Parsed(query, type, faults);
        if (query.Count == 0 && read is not null)
        {
            Empty[type!] = read;
        }

        return read;
    }

    private static object? Parsed(IQueryCollection query, Type? type, List<Fault> faults)
    {
        var properties = type is null ? [] : Members.GetOrAdd(type, static type => Json.Http.GetTypeInfo(type).Properties.ToDictionary(p => p.Name));
        var read = new JsonObject();
        foreach (var (name, values) in query)
        {
            if (!properties.TryGetValue(name, out var property))
            {
                faults.Add(new($"?{name}", "unknown_parameter", $"There is no parameter {name}"));
            }
            else if (values.Count != 1)
            {
                faults.Add(new($"?{name}", "repeated", $"{name} may be given once"));
            }
            else
            {
                read[name] = Parse(values[0]!, property);
            }
        }

        if (type is null)
        {
            return null;
        }

        var before = faults.Count;
        Shape.Check(JsonSerializer.SerializeToElement(read), type, "?", faults);
        return faults.Count > before || before > 0 ? null : read.Deserialize(type, Json.Http);
    }

    private static JsonNode? Parse(string text, JsonPropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(bool) && bool.TryParse(text, out var flag) ? flag
            : (type == typeof(int) || type == typeof(long)) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : text;
    }
}
