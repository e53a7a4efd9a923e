using System.Security.Cryptography;
using System.Text;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>
/// Takes entries whose time has come out of the trail for ever, and tells how many and which by an event; the stored events and
/// their hashes stay. One node at a time.
/// </summary>
public sealed partial class RetentionSweeper(IDocumentStore store, NpgsqlDataSource database, CatalogStore catalog, TimeProvider time, ILogger<RetentionSweeper> logger)
    : BackgroundService
{
    private const string Lock = "controlplane.retention";
    private const int Batch = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private static readonly string Due =
        $"select tenant_id, policy_id, sequence, event_id, stream from {TrailRows.Table} where expires_at <= $1 order by expires_at limit {Batch}";

    // Of those streams nothing is kept any more.
    private const string Spent =
        $"select s from unnest($2) s where not exists (select from {TrailRows.Table} where tenant_id = $1 and stream = s and sequence <> all($3))";

    /// <summary>Sweeps until nothing is due; gives how many entries have left. Null where another node sweeps.</summary>
    public async Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var held = await SessionLock.TryTakeAsync(database, Lock, cancellation);
        if (held is null)
        {
            return null;
        }

        var swept = 0;
        while (await DueAsync(now, cancellation) is { Count: > 0 } due)
        {
            foreach (var group in due.GroupBy(entry => (entry.Tenant, entry.PolicyId)))
            {
                await SweepAsync(group.Key.Tenant, group.Key.PolicyId, [.. group.OrderBy(entry => entry.Sequence)], cancellation);
            }

            swept += due.Count;
        }

        return swept;
    }

    /// <summary>What tells which entries have left: SHA-256 over their event ids, one a line.</summary>
    public static string HashOf(IEnumerable<Guid> events) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', events))));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await SweepAsync(time.GetUtcNow(), stoppingToken);
            }
            catch (Exception error) when (!error.IsStop(stoppingToken))
            {
                LogLater(error.Message);
            }
        }
    }

    private async Task SweepAsync(string tenant, string policy, DueEntry[] entries, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession(tenant);
        long[] sequences = [.. entries.Select(entry => entry.Sequence)];
        var (ledger, left) = (TrailLedger.IdOf(tenant), new TrailEntriesExpired(policy, sequences, entries.Length, HashOf(entries.Select(entry => entry.EventId))));
        if (await session.Events.FetchStreamStateAsync(ledger, cancellation) is null)
        {
            session.Events.StartStream<TrailLedger>(ledger, left);
        }
        else
        {
            session.Events.Append(ledger, left);
        }

        session.QueueSqlCommand(TrailRows.Remove, tenant, sequences);
        if (catalog.Newest<RetentionPolicy>(policy) is { Spec.Action: RetentionAction.Shred })
        {
            foreach (var subject in await EndedAsync(session, await SpentAsync(session, entries, sequences, cancellation), cancellation))
            {
                new DestroyKey(subject).Execute(session);
            }
        }

        await session.SaveChangesAsync(cancellation);
    }

    // A person's key seals all that was ever said of him: it goes with the last entry, and not while he is still somebody.
    private static async Task<IReadOnlyList<string>> EndedAsync(IDocumentSession session, IReadOnlyList<string> streams, CancellationToken cancellation)
    {
        var principals = streams.Where(stream => Ids.IsId(stream, "prn")).ToArray();
        var living = principals.Length == 0 ? [] : await session.LoadManyAsync<Principal>(cancellation, principals);
        return [.. streams.Where(Sealing.Sealer.IsOfPerson).Except(living.Where(principal => principal.RevokedAt is null).Select(principal => principal.Id))];
    }

    private static async Task<IReadOnlyList<string>> SpentAsync(IDocumentSession session, DueEntry[] entries, long[] sequences, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Spent)
        {
            Parameters = { new() { Value = session.TenantId }, new() { Value = entries.Select(entry => entry.Stream).Distinct().ToArray() }, new() { Value = sequences } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var spent = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            spent.Add(reader.GetString(0));
        }

        return spent;
    }

    private async Task<IReadOnlyList<DueEntry>> DueAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Due);
        command.Parameters.Add(new() { Value = now.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<DueEntry>();
        while (await reader.ReadAsync(cancellation))
        {
            due.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetGuid(3), reader.GetString(4)));
        }

        return due;
    }

    [LoggerMessage(LogLevel.Warning, "Entries whose time has come stay until the next round: {Reason}")]
    private partial void LogLater(string reason);

    private sealed record DueEntry(string Tenant, string PolicyId, long Sequence, Guid EventId, string Stream);
}
