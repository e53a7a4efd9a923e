using System.Diagnostics.Metrics;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>The backlog as gauges, looked at every few seconds; while the database is away there are none, rather than old ones.</summary>
public sealed partial class BacklogMetrics : BackgroundService
{
    public const string Name = "ControlPlane.Backlog";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Meter _meter = new(Name);
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly ILogger<BacklogMetrics> _logger;
    private volatile Backlog? _last;

    public BacklogMetrics(NpgsqlDataSource database, TimeProvider time, ILogger<BacklogMetrics> logger)
    {
        (_database, _time, _logger) = (database, time, logger);
        _meter.CreateObservableGauge("controlplane.projection.lag.events", () => OfReaders(_last?.Projections, lag => lag.Events), "{event}", "Stored events that a projection has yet to read");
        _meter.CreateObservableGauge("controlplane.projection.lag.time", () => OfReaders(_last?.Projections, lag => lag.Age.TotalSeconds), "s", "Age of the first event that a projection has yet to read");
        _meter.CreateObservableGauge("controlplane.bus.lag.events", () => One(_last?.Bus?.Events), "{event}", "Stored events that the bus has yet to pass");
        _meter.CreateObservableGauge("controlplane.bus.lag.time", () => One(_last?.Bus?.Age.TotalSeconds), "s", "Age of the first event that the bus has yet to pass");
        _meter.CreateObservableGauge("controlplane.bus.position", () => One(_last?.Bus?.Position), "{event}", "The sequence up to which the broker has confirmed everything");
        _meter.CreateObservableGauge("controlplane.outbox.oldest.age", () => One(_last is { } last ? last.OldestUnsent?.TotalSeconds ?? 0 : (double?)null), "s", "How long the oldest side effect has been due");
        _meter.CreateObservableGauge("controlplane.outbox.dead_letters", () => One(_last?.DeadLetters), "{message}", "Side effects that were given up");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                _last = await Backlog.ReadAsync(_database, stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                _last = null;
                LogUnknown(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static IEnumerable<Measurement<T>> OfReaders<T>(IEnumerable<ReaderLag>? readers, Func<ReaderLag, T> figure)
        where T : struct => (readers ?? []).Select(lag => new Measurement<T>(figure(lag), new KeyValuePair<string, object?>("projection", lag.Name)));

    private static IEnumerable<Measurement<T>> One<T>(T? figure)
        where T : struct => figure is { } known ? [new(known)] : [];

    [LoggerMessage(LogLevel.Debug, "The backlog is not known: {Reason}")]
    private partial void LogUnknown(string reason);
}
