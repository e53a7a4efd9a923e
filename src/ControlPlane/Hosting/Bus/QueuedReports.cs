using System.Text;
using System.Text.Json;
using ControlPlane.AgentInstances;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ.Internal;
using Wolverine.Runtime.Serialization;

namespace ControlPlane.Hosting.Bus;

/// <summary>
/// Reads runtime reports that any AMQP client may send: nothing of a message counts but its body and the property
/// <c>user-id</c>, which the broker has compared with the user of the connection.
/// </summary>
public sealed class QueuedReports(BusSettings settings) : IRabbitMqEnvelopeMapper, IMessageSerializer
{
    private const string User = "amqp-user-id";
    private static readonly string MessageType = typeof(Contracts.RuntimeReport).FullName!;
    private readonly string _self = Uri.UnescapeDataString(new Uri(settings.Url).UserInfo.Split(':')[0]);

    public string ContentType => "application/vnd.controlplane.runtime-report+json";

    public void MapIncomingToEnvelope(Envelope envelope, IReadOnlyBasicProperties incoming)
    {
        // A message id of the sender's making could make another report look like a repetition.
        envelope.Id = Guid.CreateVersion7();
        envelope.MessageType = MessageType;
        envelope.ContentType = ContentType;
        envelope.ParentId = Text(incoming, "traceparent");
        envelope.Headers[User] = incoming.UserId == _self && Text(incoming, User) is { } first ? first : incoming.UserId;
    }

    /// <summary>A report that could not be stored goes back to its queue: under our own user then, so it tells who sent it first.</summary>
    public void MapEnvelopeToOutgoing(Envelope envelope, IBasicProperties outgoing)
    {
        outgoing.UserId = _self;
        outgoing.ContentType = CloudEvents.ContentType;
        outgoing.Headers![User] = envelope.Headers[User] ?? "";
    }

    public IEnumerable<string> AllHeaders() => [User];

    public object ReadFromData(Type messageType, Envelope envelope) => envelope.Headers[User] == settings.RuntimeUser
        ? ReadFromData(envelope.Data!)
        : throw new NotBelievedException("The property user-id does not name the runtimes' broker user");

    public object ReadFromData(byte[] data)
    {
        try
        {
            using var json = JsonDocument.Parse(data, new() { AllowDuplicateProperties = false, MaxDepth = 32 });
            var faults = new List<Fault>();
            Shape.Check(json.RootElement, typeof(Contracts.RuntimeReport), "", faults);
            Refuse(faults);
            var report = json.Deserialize<Contracts.RuntimeReport>(Json.Http)!;
            Refuse(ReportRuntimesEndpoint.FaultsOf(report));
            return report;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UnreadableException("The body is not JSON (RFC 8259)");
        }
    }

    public byte[] Write(Envelope envelope) => WriteMessage(envelope.Message!);

    public byte[] WriteMessage(object message) => JsonSerializer.SerializeToUtf8Bytes(message, Json.Http);

    // Places and codes only: what stands in them could be anything.
    private static void Refuse(IReadOnlyList<Fault> faults)
    {
        if (faults.Count > 0)
        {
            throw new UnreadableException(string.Join(", ", faults.Take(20).Select(fault => $"{fault.Pointer} {fault.Code}")));
        }
    }

    private static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers is { } headers && headers.TryGetValue(header, out var value) && value is byte[] text ? Encoding.UTF8.GetString(text) : null;
}

/// <summary>A report that does not come from a runtime.</summary>
public sealed class NotBelievedException(string why) : Exception(why);

/// <summary>A report that is not what its contract says.</summary>
public sealed class UnreadableException(string why) : Exception(why);
