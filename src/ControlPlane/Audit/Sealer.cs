using ControlPlane.Hosting;
using ControlPlane.Tenants;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>
/// Closes a span of the history: a tree over the events of each tenant, a tree over the tenants, and a signed statement that
/// names the one before it. One at a time in the whole cluster, behind the writers, touching no stream but its own.
/// </summary>
public sealed class Sealer(IDocumentStore store, NpgsqlDataSource database, Signer signer, TimeProvider time)
{
    /// <summary>The most events that a seal covers.</summary>
    public const int MaxEvents = 1000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Seals all that was stored when it was called, and gives the number of the last seal.</summary>
    public async Task<long> CatchUpAsync(CancellationToken cancellation)
    {
        var mark = await SafeMark.ReadAsync(database, cancellation);
        while (!await mark.IsSafeAsync(database, cancellation))
        {
            await Task.Delay(PollInterval, cancellation);
        }

        while (await CloseAsync(mark.Sequence, cancellation))
        {
        }

        await using var session = store.QuerySession(Tenant.Platform);
        return (await session.LoadAsync<SealChain>(SealChain.Stream, cancellation))?.Number ?? 0;
    }

    /// <summary>
    /// Closes the next span, which ends at <paramref name="upTo"/> at the latest: no event may appear at or below it any more.
    /// False where there is nothing to seal; seals alone are no reason for another.
    /// </summary>
    public async Task<bool> CloseAsync(long upTo, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession(Tenant.Platform);
        await session.TakeAsync(SealChain.Stream, cancellation);
        var stream = await session.Events.FetchForWriting<SealChain>(SealChain.Stream, cancellation);
        var chain = stream.Aggregate ?? new SealChain(SealChain.Stream);
        if (await SpanAsync(session, chain.LastSequence, upTo, cancellation) is not { } last)
        {
            return false;
        }

        var events = await ReadAsync(session, chain.LastSequence + 1, last, cancellation);
        var groups = events.GroupBy(stored => stored.Tenant).ToDictionary(group => group.Key, group => group.Select(stored => stored.Hash).ToArray());
        var totals = await TotalsAsync(session, [.. groups.Keys], cancellation);
        var leaves = groups.Select(group => SealedTenant.Of(group.Key, group.Value, totals.GetValueOrDefault(group.Key))).OrderBy(leaf => leaf.Key, StringComparer.Ordinal).ToArray();
        var root = MerkleTree.Root([.. leaves.Select(leaf => TenantLeaf.Hash(leaf.TenantKey, leaf.Content))]);
        var statement = new SealStatement(
            chain.Number + 1, chain.LastSequence + 1, last, events.Count, leaves.Length, Convert.ToHexStringLower(root), chain.LastHash, time.GetUtcNow());
        for (var position = 0; position < leaves.Length; position++)
        {
            leaves[position].Insert(session, statement, position);
        }

        stream.AppendOne(Closed(statement));
        await session.SaveChangesAsync(cancellation);
        return true;
    }

    private SealClosed Closed(SealStatement statement)
    {
        var jws = signer.Jws(statement, SealStatement.Type, out var keyId);
        return new(
            statement.Number, statement.FirstSequence, statement.LastSequence, statement.Events, statement.Tenants, statement.Root, statement.Previous,
            statement.SealedAt, keyId, jws);
    }

    // The end of the next span: full, or all there is; null where only seals would be sealed.
    private static async Task<long?> SpanAsync(IQuerySession session, long from, long upTo, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select count(*), count(*) filter (where type not in ('seal.closed', '{Storage.StoreModel.Gap}')), max(seq_id) from (
              select type, seq_id from {Storage.StoreModel.Schema}.mt_events where seq_id > $1 and seq_id <= $2 order by seq_id limit {MaxEvents}) span
            """)
        {
            Parameters = { new() { Value = from }, new() { Value = upTo } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetInt64(1) == 0 ? null : reader.GetInt64(0) == MaxEvents ? reader.GetInt64(2) : upTo;
    }

    private static async Task<IReadOnlyList<StoredEvent>> ReadAsync(IQuerySession session, long first, long last, CancellationToken cancellation)
    {
        var events = new List<StoredEvent>(MaxEvents);
        await using var command = StoredEvents.Between(first, last);
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            events.Add(StoredEvents.Read(reader));
        }

        return events;
    }

    private static async Task<Dictionary<string, long>> TotalsAsync(IQuerySession session, string[] tenants, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select tenant, (select total from {SealRows.Table} where tenant_id = tenant order by last_sequence desc limit 1) from unnest($1) tenant
            """)
        {
            Parameters = { new() { Value = tenants } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var totals = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellation))
        {
            totals[reader.GetString(0)] = reader.IsDBNull(1) ? 0 : reader.GetInt64(1);
        }

        return totals;
    }

    private sealed record SealedTenant(string Key, byte[] TenantKey, byte[] Content, TenantLeaf Leaf, byte[] Hashes)
    {
        public static SealedTenant Of(string tenant, byte[][] hashes, long before)
        {
            var root = MerkleTree.Root([.. hashes.Select(hash => MerkleTree.Leaf(hash))]);
            var leaf = new TenantLeaf(tenant, hashes.Length, before + hashes.Length, Convert.ToHexStringLower(root));
            var key = TenantLeaf.KeyOf(tenant);
            return new(Convert.ToHexStringLower(key), key, leaf.Content(), leaf, [.. hashes.SelectMany(hash => hash)]);
        }

        public void Insert(IDocumentSession session, SealStatement seal, int position) => session.QueueSqlCommand(
            $"insert into {SealRows.Table} values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            seal.Number, position, Leaf.Tenant, seal.FirstSequence, seal.LastSequence, Leaf.Count, Leaf.Total, TenantKey, Content, Hashes);
    }
}
