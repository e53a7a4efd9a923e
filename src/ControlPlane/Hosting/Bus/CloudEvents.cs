using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ControlPlane.Storage;
using JasperFx.Events;
using RabbitMQ.Client;

namespace ControlPlane.Hosting.Bus;

/// <summary>A contract as it goes over the wire.</summary>
/// <param name="Sequence">The global sequence of the stored event.</param>
/// <param name="RoutingKey">Under which it is published: <c>agent_instance.suspended.v1</c>.</param>
/// <param name="Properties">AMQP properties, with the attributes of the event among the headers.</param>
/// <param name="Body">The contract as JSON.</param>
public sealed record BusMessage(long Sequence, string RoutingKey, BasicProperties Properties, byte[] Body);

/// <summary>CloudEvents 1.0 in the binary mode of the AMQP binding 1.0.2: data in the body, attributes in headers.</summary>
public static class CloudEvents
{
    public const string Prefix = "cloudEvents:";
    public const string ContentType = "application/json";

    /// <summary>How contracts are written: camelCase, and what is not set is left out.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    public static BusMessage Of(IEvent stored, object contract, string source)
    {
        var kind = ContractKind.Of(contract.GetType());
        var id = stored.Id.ToString();
        var headers = new Dictionary<string, object?>(16);
        Set("specversion", "1.0");
        Set("id", id);
        Set("source", source);
        Set("type", kind.EventType);
        Set("subject", kind.SubjectOf(contract));
        Set("time", stored.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        Set("dataschema", kind.Schema);
        Set("tenantid", stored.TenantId);
        // The sequence extension asks for text that sorts; long.MaxValue has 19 digits.
        Set("sequence", stored.Sequence.ToString("D19", CultureInfo.InvariantCulture));
        Set("streamversion", stored.Version.ToString(CultureInfo.InvariantCulture));
        Set("partitionkey", stored.StreamKey);
        Set("correlationid", stored.CorrelationId);
        Set("causationid", stored.CausationId);
        Set("traceparent", stored.GetHeader(EventHeaders.TraceParent)?.ToString());
        return new(
            stored.Sequence,
            kind.RoutingKey,
            new BasicProperties
            {
                MessageId = id,
                Type = kind.EventType,
                AppId = "controlplane",
                ContentType = ContentType,
                DeliveryMode = DeliveryModes.Persistent,
                Timestamp = new(stored.Timestamp.ToUnixTimeSeconds()),
                Headers = headers,
            },
            JsonSerializer.SerializeToUtf8Bytes(contract, contract.GetType(), Json));

        void Set(string attribute, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                headers[Prefix + attribute] = value;
            }
        }
    }
}
