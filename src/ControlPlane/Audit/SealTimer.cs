using System.Diagnostics.Metrics;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>How long events wait for their seal at the most.</summary>
public sealed record SealSettings
{
    /// <summary>The age at which an event is sealed even if few came after it.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Has a span closed when it is full, or when its first event has waited for long enough.</summary>
public sealed partial class SealTimer : BackgroundService
{
    public const string Meter = "ControlPlane.Audit";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Meter _meter = new(Meter);
    private readonly NpgsqlDataSource _database;
    private readonly IDocumentStore _store;
    private readonly Sealer _sealer;
    private readonly SealSettings _settings;
    private readonly ILogger<SealTimer> _logger;
    private SafeMark? _mark;
    private double? _age;

    public SealTimer(NpgsqlDataSource database, IDocumentStore store, Sealer sealer, SealSettings settings, ILogger<SealTimer> logger)
    {
        (_database, _store, _sealer, _settings, _logger) = (database, store, sealer, settings, logger);
        _meter.CreateObservableGauge("controlplane.seal.age", () => _age is { } age ? [new Measurement<double>(age)] : Array.Empty<Measurement<double>>(), "s", "Age of the first event that no seal covers");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (!error.IsStop(stoppingToken))
            {
                _age = null;
                LogLater(error.Message);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        _mark ??= await SafeMark.ReadAsync(_database, cancellation);
        if (!await _mark.IsSafeAsync(_database, cancellation))
        {
            return;
        }

        while (await IsDueAsync(_mark.Sequence, cancellation) && await _sealer.CloseAsync(_mark.Sequence, cancellation))
        {
        }

        _mark = null;
    }

    private async Task<bool> IsDueAsync(long upTo, CancellationToken cancellation)
    {
        await using var session = _store.QuerySession(Tenant.Platform);
        var sealedTo = (await session.LoadAsync<SealChain>(SealChain.Stream, cancellation))?.LastSequence ?? 0;
        await using var command = _database.CreateCommand(
            $"""
            select count(*), extract(epoch from now() - min(timestamp) filter (where type not in ('seal.closed', '{StoreModel.Gap}')))::float8 from (
              select type, timestamp from {StoreModel.Schema}.mt_events where seq_id > $1 and seq_id <= $2 order by seq_id limit {Sealer.MaxEvents}) pending
            """);
        command.Parameters.Add(new() { Value = sealedTo });
        command.Parameters.Add(new() { Value = upTo });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        _age = reader.IsDBNull(1) ? 0 : reader.GetDouble(1);
        return reader.GetInt64(0) == Sealer.MaxEvents || _age > _settings.SealAfter.TotalSeconds;
    }

    [LoggerMessage(LogLevel.Warning, "Nothing is sealed for now: {Reason}")]
    private partial void LogLater(string reason);
}
