using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;

namespace ControlPlane.Hosting.Bus;

/// <summary>The bus as a reader of the event store. Its position moves in the transaction that follows the broker's confirms.</summary>
public sealed class BusSubscription : SubscriptionBase
{
    /// <summary>The name under which the position is kept.</summary>
    public const string Position = "bus:All";

    private readonly AnnouncementMap _map;
    private readonly BusPublisher _publisher;
    private readonly string _source;

    public BusSubscription(AnnouncementMap map, BusPublisher publisher, BusSettings settings)
    {
        (_map, _publisher, _source) = (map, publisher, settings.Source);
        Name = "bus";
        IncludeArchivedEvents = true;
        foreach (var type in map.StoredTypes)
        {
            IncludeType(type);
        }
    }

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        var messages = new List<BusMessage>(page.Events.Count);
        foreach (var stored in page.Events)
        {
            if (_map.Announce(stored) is { } contract)
            {
                messages.Add(CloudEvents.Of(stored, contract, _source));
            }
        }

        await _publisher.PublishAsync(messages, cancellationToken);
        return NullChangeListener.Instance;
    }
}
