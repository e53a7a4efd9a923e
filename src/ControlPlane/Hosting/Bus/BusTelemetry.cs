using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ControlPlane.Hosting.Bus;

/// <summary>Figures and spans of the bus; both are registered under <see cref="Name"/>.</summary>
public sealed class BusTelemetry : IDisposable
{
    public const string Name = "ControlPlane.Bus";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _published;
    private readonly Histogram<double> _latency;

    public BusTelemetry()
    {
        _published = _meter.CreateCounter<long>("controlplane.bus.published", "{event}", "Events that the broker has confirmed");
        _latency = _meter.CreateHistogram<double>("controlplane.bus.publish.duration", "s", "From handing a page to the broker to its last confirm");
        _meter.CreateObservableGauge("controlplane.bus.up", () => IsUp ? 1 : 0, description: "Whether the bus host of this node is connected to the broker");
    }

    /// <summary>Whether the bus host of this process runs and its broker answers.</summary>
    public bool IsUp { get; set; }

    public void Published(IEnumerable<BusMessage> page, TimeSpan took)
    {
        _latency.Record(took.TotalSeconds);
        foreach (var type in page.CountBy(message => message.Properties.Type!))
        {
            _published.Add(type.Value, new KeyValuePair<string, object?>("type", type.Key));
        }
    }

    /// <summary>One span a page, linked to the traces of the requests that its events come from.</summary>
    public static Activity? StartPage(IReadOnlyCollection<BusMessage> page)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = page.Select(message => message.Properties.Headers?[CloudEvents.Prefix + "traceparent"] as string).Distinct()
            .Select(parent => ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default)
            .Where(context => context != default).Select(context => new ActivityLink(context));
        var activity = Source.StartActivity("publish " + Topology.Events, ActivityKind.Producer, default(ActivityContext), links: links);
        return activity?.SetTag("messaging.system", "rabbitmq").SetTag("messaging.destination.name", Topology.Events)
            .SetTag("messaging.batch.message_count", page.Count);
    }

    public void Dispose() => _meter.Dispose();
}
