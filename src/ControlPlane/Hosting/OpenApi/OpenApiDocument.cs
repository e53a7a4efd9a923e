using System.Text.Json;
using System.Text.Json.Nodes;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document, derived from the endpoints: what they declare is what is checked, so the document can't say
/// anything else than the service does.
/// </summary>
public static class OpenApiDocument
{
    public const string Path = "/openapi/v1.json";

    private static readonly DocComments Docs = DocComments.Of(typeof(OpenApiDocument).Assembly, typeof(Tenants.Tenant).Assembly, typeof(Contracts.IntegrationEventAttribute).Assembly);

    public static void MapOpenApi(this WebApplication app)
    {
        var bytes = new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(Describe(((IEndpointRouteBuilder)app).DataSources)));
        app.MapMethods(Path, ["GET", "HEAD"], () => Results.Bytes(bytes.Value, "application/json"))
            .WithMetadata(new OperationText("system", "getOpenApi", "The OpenAPI 3.1 document."), new ExtensionAttribute());
    }

    public static JsonObject Describe(IEnumerable<EndpointDataSource> sources)
    {
        var schemas = new Schemas(Docs);
        var operations = Operation.In(sources).ToArray();
        var paths = new JsonObject();
        foreach (var operation in operations)
        {
            if (paths[operation.Path] is not JsonObject path)
            {
                paths[operation.Path] = path = [];
            }

            path[operation.Method.ToLowerInvariant()] = Describe(operation, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "ControlPlane",
                ["version"] = "1",
                ["description"] = "The control plane of a platform that rents out hosted AI agents. Every \"no\" is a problem as in RFC 9457; lists are paged by cursor; single resources have ETags; every authenticated POST takes an Idempotency-Key.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. operations.Select(operation => operation.Area).Append("extension").Distinct().Order(StringComparer.Ordinal)
                .Select(tag => new JsonObject { ["name"] = tag, ["description"] = Areas.WordsOf(tag) })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A personal access token, ocp_pat_…" },
                },
                ["parameters"] = Used(paths, "parameters", Parameters.Components()),
                ["responses"] = Used(paths, "responses", Responses.Components()),
                ["schemas"] = new JsonObject([KeyValuePair.Create("Problem", (JsonNode?)Problem(schemas)), .. schemas.Components.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value))]),
            },
        };
    }

    private static JsonObject Used(JsonObject paths, string sort, IEnumerable<KeyValuePair<string, JsonNode?>> components)
    {
        var text = paths.ToJsonString();
        return new(components.Where(component => text.Contains($"\"#/components/{sort}/{component.Key}\"", StringComparison.Ordinal)));
    }

    private static JsonObject Describe(Operation operation, Schemas schemas)
    {
        var described = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray([operation.Area, .. operation.IsExtension ? ["extension"] : Array.Empty<JsonNode>()]),
            ["summary"] = operation.Text?.Summary ?? Docs.FindSummary(operation.Slice!.Method),
            ["x-permission"] = operation.Permission,
            ["x-side-effects"] = new JsonArray([.. operation.SideEffects.Select(effect => (JsonNode)effect)]),
        };
        if (operation.Slice is { } slice && Docs.FindRemarks(slice.Method) is { } remarks)
        {
            described["description"] = remarks;
        }

        if (operation.IsPublic)
        {
            described["security"] = new JsonArray();
        }

        if (Parameters.Of(operation, schemas) is { Count: > 0 } parameters)
        {
            described["parameters"] = parameters;
        }

        if (operation.Body is { } body)
        {
            described["requestBody"] = new JsonObject
            {
                ["required"] = Json.Http.GetTypeInfo(body).Properties.Any(Shape.IsRequired),
                ["content"] = new JsonObject
                {
                    [HttpMethods.IsPatch(operation.Method) ? "application/merge-patch+json" : "application/json"] = new JsonObject { ["schema"] = schemas.OfSent(body) },
                },
            };
        }
        else if (operation.ReadsItsBody)
        {
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject() } };
        }

        described["responses"] = Responses.Of(operation, schemas);
        return described;
    }

    private static JsonObject Problem(Schemas schemas) => new()
    {
        ["type"] = "object",
        ["description"] = "Why a request was not carried out (RFC 9457).",
        ["required"] = new JsonArray("type", "title", "status", "code", "requestId"),
        ["properties"] = new JsonObject
        {
            ["type"] = Text("A stable URI of this sort of problem.", "uri"),
            ["title"] = Text("What it is, for people."),
            ["status"] = new JsonObject { ["type"] = "integer", ["description"] = "The status of the answer." },
            ["detail"] = Text("What to do, for people."),
            ["code"] = Text("A stable word for this sort of problem."),
            ["requestId"] = Text("What to tell us when asking about it."),
            ["errors"] = new JsonObject { ["type"] = "array", ["items"] = schemas.OfShown(typeof(Fault)), ["description"] = "Every fault at once." },
            ["currentState"] = Text("The state that does not allow it."),
            ["allowedTransitions"] = Texts("What the state does allow."),
            ["blockedBy"] = Texts("What stands against it."),
            ["missingPermission"] = Text("The permission that the token lacks."),
            ["requiredTier"] = Text("The lowest tier that may do it."),
            ["retryable"] = new JsonObject { ["type"] = "boolean", ["description"] = "Whether the same request may pass later." },
        },
    };

    private static JsonObject Text(string words, string? format = null)
    {
        var schema = new JsonObject { ["type"] = "string", ["description"] = words };
        if (format is not null)
        {
            schema["format"] = format;
        }

        return schema;
    }

    private static JsonObject Texts(string words) => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = words };
}
