using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using ControlPlane.Hosting.OpenApi;

namespace ControlPlane.Hosting.Bus;

/// <summary>The AsyncAPI 3.0 document of the bus, derived from the contracts and from what is announced.</summary>
public static class AsyncApi
{
    private const string AmqpBinding = "0.3.0";

    public static void MapAsyncApi(this WebApplication app)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(Describe(app.Services.GetRequiredService<AnnouncementMap>()));
        app.MapMethods("/asyncapi.json", ["GET", "HEAD"], () => Results.Bytes(document, "application/vnd.aai.asyncapi+json"))
            .WithMetadata(
                new OperationText("system", "getAsyncApi", "The AsyncAPI 3 document of the bus.") { MediaType = "application/vnd.aai.asyncapi+json" }, new ExtensionAttribute());
    }

    public static JsonObject Describe(AnnouncementMap map)
    {
        var docs = DocComments.Of(typeof(Contracts.IntegrationEventAttribute).Assembly);
        var channels = new JsonObject();
        var operations = new JsonObject();
        var messages = new JsonObject();
        var schemas = new JsonObject { ["CloudEvent"] = Attributes() };
        foreach (var kind in map.All.Select(announcement => announcement.Contract).DistinctBy(kind => kind.RoutingKey).OrderBy(kind => kind.RoutingKey, StringComparer.Ordinal))
        {
            var key = kind.RoutingKey;
            var schema = SchemaOf(kind.Type, CloudEvents.Json, docs);
            schema.Insert(0, "$id", kind.Schema);
            schemas[key] = schema;
            messages[key] = Message(key, docs.SummaryOf(kind.Type), kind.EventType, new JsonObject
            {
                ["allOf"] = new JsonArray(
                    Ref("schemas", "CloudEvent"),
                    new JsonObject
                    {
                        ["properties"] = new JsonObject
                        {
                            [CloudEvents.Prefix + "type"] = new JsonObject { ["const"] = kind.EventType },
                            [CloudEvents.Prefix + "dataschema"] = new JsonObject { ["const"] = kind.Schema },
                        }
                    }),
            });
            messages[key]!["tags"] = new JsonArray(new JsonObject { ["name"] = kind.Aggregate });
            Add(key, "send", docs.SummaryOf(kind.Type), Exchange(Topology.Events, "topic"));
        }

        const string report = "runtime-report";
        schemas[report] = SchemaOf(typeof(Contracts.RuntimeReport), Hosting.Json.Http, docs);
        messages[report] = Message(report, docs.SummaryOf(typeof(Contracts.RuntimeReport)), null, null);
        Add(report, "receive", "Hears what runtimes report. The AMQP property user-id must name the runtimes' broker user.", Exchange(Topology.RuntimeReports, "fanout"));
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "ControlPlane events",
                ["version"] = "1",
                ["description"] = "Integration events as CloudEvents 1.0 in AMQP binary mode: at least once, in order per partitionkey; whoever reads drops what has an id that was seen.",
            },
            ["defaultContentType"] = CloudEvents.ContentType,
            ["channels"] = channels,
            ["operations"] = operations,
            ["components"] = new JsonObject { ["messages"] = messages, ["schemas"] = schemas },
        };

        void Add(string name, string action, string summary, JsonObject binding)
        {
            channels[name] = new JsonObject
            {
                ["address"] = name == report ? "" : name,
                ["messages"] = new JsonObject { [name] = Ref("messages", name) },
                ["bindings"] = new JsonObject { ["amqp"] = binding },
            };
            operations[name] = new JsonObject
            {
                ["action"] = action,
                ["summary"] = summary,
                ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{name}" },
            };
        }
    }

    private static JsonObject Message(string name, string summary, string? type, JsonObject? headers)
    {
        var amqp = new JsonObject { ["bindingVersion"] = AmqpBinding };
        if (type is not null)
        {
            amqp["messageType"] = type;
        }

        var message = new JsonObject
        {
            ["name"] = name,
            ["summary"] = summary,
            ["contentType"] = CloudEvents.ContentType,
            ["payload"] = Ref("schemas", name),
            ["bindings"] = new JsonObject { ["amqp"] = amqp },
        };
        if (headers is not null)
        {
            message["headers"] = headers;
        }

        return message;
    }

    private static JsonObject Exchange(string name, string type) => new()
    {
        ["is"] = "routingKey",
        ["exchange"] = new JsonObject { ["name"] = name, ["type"] = type, ["durable"] = true, ["autoDelete"] = false },
        ["bindingVersion"] = AmqpBinding,
    };

    private static JsonObject Ref(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static JsonObject Attributes()
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        Add("specversion", "The version of CloudEvents: 1.0.", true);
        Add("id", "Id of the stored event. The same event always comes with the same id.", true, "uuid");
        Add("source", "The deployment that it comes from.", true, "uri-reference");
        Add("type", "What happened.", true);
        Add("subject", "Id of the aggregate.", true);
        Add("time", "When it was stored.", true, "date-time");
        Add("dataschema", "The $id of the payload's schema.", true, "uri");
        Add("tenantid", "Id of the tenant that it belongs to.", true);
        Add("sequence", "Its place among all events, 19 digits, so that it sorts as text too; with gaps.", true);
        Add("streamversion", "Its place among the events of its partitionkey, with gaps, for not all are announced.", true);
        Add("partitionkey", "The stream that order is kept in.", true);
        Add("correlationid", "What it has in common with all that follows from the same request.", false);
        Add("causationid", "What it follows from directly.", false);
        Add("traceparent", "The W3C trace context of the request that it comes from.", false);
        return new JsonObject { ["type"] = "object", ["required"] = required, ["properties"] = properties };

        void Add(string name, string description, bool always, string? format = null)
        {
            var property = new JsonObject { ["type"] = "string", ["description"] = description };
            if (format is not null)
            {
                property["format"] = format;
            }

            properties[CloudEvents.Prefix + name] = property;
            if (always)
            {
                required.Add(CloudEvents.Prefix + name);
            }
        }
    }

    /// <summary>The JSON schema of a record, with its doc comments and annotations.</summary>
    private static JsonObject SchemaOf(Type type, JsonSerializerOptions json, DocComments docs)
    {
        var schema = json.GetJsonSchemaAsNode(type, new()
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) =>
            {
                if (node is JsonObject described)
                {
                    Annotate(described, context, docs);
                }

                return node;
            },
        });
        return (JsonObject)schema;
    }

    private static void Annotate(JsonObject schema, JsonSchemaExporterContext context, DocComments docs)
    {
        if (context.PropertyInfo is { AttributeProvider: PropertyInfo property })
        {
            schema["description"] = docs.ParameterOf(property.DeclaringType!, property.Name);
            foreach (var annotation in property.GetCustomAttributes<ValidationAttribute>())
            {
                switch (annotation)
                {
                    case MinLengthAttribute min:
                        schema["minItems"] = min.Length;
                        break;
                    case MaxLengthAttribute max:
                        schema["maxItems"] = max.Length;
                        break;
                    case RegularExpressionAttribute pattern:
                        schema["pattern"] = pattern.Pattern;
                        break;
                    case RangeAttribute range:
                        schema["minimum"] = JsonValue.Create(Convert.ToInt64(range.Minimum, System.Globalization.CultureInfo.InvariantCulture));
                        schema["maximum"] = JsonValue.Create(Convert.ToInt64(range.Maximum, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                }
            }
        }
        else if (context.Path.Length == 0)
        {
            schema["description"] = docs.SummaryOf(context.TypeInfo.Type);
        }

        // What is not set is left out, so only what is never null is required.
        if (schema["properties"] is JsonObject)
        {
            schema["required"] = new JsonArray([.. context.TypeInfo.Properties
                .Where(member => !member.IsGetNullable && member.AssociatedParameter is { HasDefaultValue: false })
                .Select(member => (JsonNode)member.Name)]);
        }
    }
}
