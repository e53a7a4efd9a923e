using System.Text.Json;
using System.Text.Json.Nodes;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>What an operation takes beside its body: parts of the path, parameters of the query, headers.</summary>
internal static class Parameters
{
    private static readonly Dictionary<string, string> PathWords = new()
    {
        ["id"] = "The id of the resource.",
        ["name"] = "The name of the entry.",
        ["token"] = "The secret that was mailed, or told once.",
        ["ref"] = "name@version of the entry, or name@latest.",
    };

    private static readonly Dictionary<string, (string Words, int MaxLength)> Headers = new()
    {
        ["X-Request-Id"] = ("An id of the caller's own for this request; it is echoed, and stands in every problem and event.", 128),
        ["X-Tenant-Id"] = ("The tenant to act on; for staff of the platform only.", 100),
        ["Idempotency-Key"] = ("Makes the request repeatable: the same key with the same body gets the first answer, another body 422.", 255),
        ["If-Match"] = ("The ETag that was read last; 412 when the resource has changed since.", 1000),
        ["If-None-Match"] = ("The ETag of what the caller has; 304 when it is still the same.", 1000),
    };

    public static JsonArray Of(Operation operation, Schemas schemas) =>
    [
        .. operation.Endpoint.RoutePattern.Parameters.Select(part => InPath(part.Name)),
        .. operation.Query is { } query ? InQuery(query, schemas) : [],
        .. HeadersOf(operation).Select(name => new JsonObject { ["$ref"] = $"#/components/parameters/{name}" }),
    ];

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Components() => Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)new JsonObject
    {
        ["name"] = header.Key,
        ["in"] = "header",
        ["description"] = header.Value.Words,
        ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = header.Value.MaxLength },
    }));

    private static JsonObject InPath(string name) => new()
    {
        ["name"] = name,
        ["in"] = "path",
        ["required"] = true,
        ["description"] = PathWords[name],
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static IEnumerable<JsonObject> InQuery(Type query, Schemas schemas)
    {
        var defaults = JsonSerializer.SerializeToNode(Activator.CreateInstance(query), query, Json.Http)!;
        foreach (var member in Json.Http.GetTypeInfo(query).Properties.Where(Shape.IsSettable))
        {
            var schema = schemas.Of(member, isSent: true);
            var parameter = new JsonObject { ["name"] = member.Name, ["in"] = "query", ["description"] = schema["description"]?.DeepClone(), ["schema"] = schema };
            schema.Remove("description");
            if (Shape.IsRequired(member))
            {
                parameter["required"] = true;
            }
            else if (defaults[member.Name] is { } value)
            {
                schema["default"] = value.DeepClone();
            }

            yield return parameter;
        }
    }

    private static IEnumerable<string> HeadersOf(Operation operation) => Headers.Keys.Where(name => operation.IsOfApi && name switch
    {
        "X-Tenant-Id" => !operation.IsPublic,
        "Idempotency-Key" => operation.TakesIdempotencyKey,
        "If-Match" => operation.TakesIfMatch,
        "If-None-Match" => operation.HasETag,
        _ => true,
    });
}
