using System.Diagnostics;
using ControlPlane.Audit;
using Npgsql;

namespace Bench;

/// <summary>Holds off sealer and trail by taking the locks under which they work, and lets them go.</summary>
public sealed class Followers : IAsyncDisposable
{
    private const string Take =
        """
        select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and granted and pid <> pg_backend_pid() and classid = ((hashtext('controlplane.projections')::bigint >> 32) & 4294967295)::oid and objid = (hashtext('controlplane.projections')::bigint & 4294967295)::oid;
        select pg_advisory_lock(hashtext('controlplane.projections')), pg_advisory_lock(hashtextextended('seals', 0))
        """;

    private const string Behind =
        $"""
        select
          (select coalesce(extract(epoch from now() - min(timestamp)), 0)::float8 from controlplane.mt_events
           where type not in ('seal.closed', 'tombstone') and seq_id > (select coalesce(max(last_sequence), 0) from {SealRows.Table})),
          (select coalesce(extract(epoch from now() - min(timestamp)), 0)::float8 from controlplane.mt_events
           where type <> 'tombstone' and seq_id > (select coalesce(max(last_seq_id), 0) from controlplane.mt_event_progression where name = '{TrailProjection.Shard}'))
        """;

    private readonly NpgsqlConnection _connection;

    private Followers(NpgsqlConnection connection) => _connection = connection;

    /// <summary>How far they are behind.</summary>
    public sealed record Lag(TimeSpan Seal, TimeSpan Trail);

    public static async Task<Followers> HoldAsync(string connection)
    {
        var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false, CommandTimeout = 600 }.ConnectionString);
        await opened.OpenAsync();
        var held = new Followers(opened);
        await held.HoldAsync();
        return held;
    }

    public Task HoldAsync() => ExecuteAsync(Take);

    public Task ReleaseAsync() => ExecuteAsync("select pg_advisory_unlock_all()");

    public async Task<Lag> LagAsync()
    {
        await using var command = new NpgsqlCommand(Behind, _connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(TimeSpan.FromSeconds(reader.GetDouble(0)), TimeSpan.FromSeconds(reader.GetDouble(1)));
    }

    /// <summary>The trail has everything, and the sealer no more than it waits for.</summary>
    public Task UntilCaughtUpAsync(TimeSpan patience) => UntilAsync(lag => lag.Trail == TimeSpan.Zero && lag.Seal < TimeSpan.FromSeconds(90), patience);

    public Task UntilSealedAsync(TimeSpan patience) => UntilAsync(lag => lag.Seal == TimeSpan.Zero, patience);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task UntilAsync(Func<Lag, bool> fits, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (!fits(await LagAsync()))
        {
            if (Stopwatch.GetElapsedTime(began) > patience)
            {
                throw new TimeoutException($"Sealer and trail have not caught up: {await LagAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
