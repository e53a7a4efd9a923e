using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ;
using Wolverine.RabbitMQ.Internal;

namespace ControlPlane.Hosting.Bus;

/// <summary>What stands at the broker. Subscribers bring queues of their own.</summary>
public static class Topology
{
    /// <summary>Where everything is announced.</summary>
    public const string Events = "controlplane.events";

    /// <summary>What nobody has bound: an exchange and a queue.</summary>
    public const string Unrouted = "controlplane.unrouted";

    /// <summary>Where runtimes report: an exchange and a queue.</summary>
    public const string RuntimeReports = "controlplane.runtime-reports";

    /// <summary>Reports that can't be read or must not be believed.</summary>
    public const string DeadRuntimeReports = "controlplane.runtime-reports.dead";

    // No queue that may be left unread can fill the broker's disk.
    private const long KeptBytes = 256L * 1024 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public static void Declare(WolverineOptions wolverine, BusSettings settings)
    {
        var broker = wolverine.UseRabbitMq(new Uri(settings.Url)).AutoProvision().UseQuorumQueues().DisableSystemRequestReplyQueueDeclaration()
            .CustomizeDeadLetterQueueing(new DeadLetterQueue(DeadRuntimeReports) { ConfigureQueue = DropOldest });
        broker.DeclareExchange(Events, exchange =>
        {
            exchange.ExchangeType = Wolverine.RabbitMQ.ExchangeType.Topic;
            exchange.Arguments[Headers.AlternateExchange] = Unrouted;
        });
        broker.DeclareExchange(Unrouted, exchange => exchange.ExchangeType = Wolverine.RabbitMQ.ExchangeType.Fanout);
        broker.DeclareQueue(Unrouted, queue =>
        {
            DropOldest(queue);
            ((RabbitMqQueue)queue).DeadLetterQueue = null;
            queue.BindExchange(Unrouted);
        });
        broker.DeclareExchange(RuntimeReports, exchange => exchange.ExchangeType = Wolverine.RabbitMQ.ExchangeType.Fanout);
        var reports = new QueuedReports(settings);
        wolverine.AddSerializer(reports);
        wolverine.ListenToRabbitQueue(RuntimeReports, queue =>
        {
            // A runtime whose report is refused keeps it and tells it again.
            queue.Arguments[Headers.XMaxLengthInBytes] = KeptBytes;
            queue.Arguments[Headers.XOverflow] = "reject-publish";
            queue.BindExchange(RuntimeReports);
        }).UseInterop(reports).DeliveryLimit(-1).UseDurableInbox();
    }

    // The event store still has what falls out.
    private static void DropOldest(IRabbitMqQueue queue)
    {
        queue.Arguments[Headers.XMaxLengthInBytes] = KeptBytes;
        queue.Arguments[Headers.XOverflow] = "drop-head";
        queue.TimeToLive(Kept);
    }
}
