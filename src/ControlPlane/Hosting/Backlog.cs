using System.Globalization;
using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>How far a reader of the event store is behind.</summary>
/// <param name="Name">The projection or subscription.</param>
/// <param name="Position">The sequence up to which it has read.</param>
/// <param name="Events">How many sequence numbers it has yet to read.</param>
/// <param name="Age">How old the first of these events is.</param>
public sealed record ReaderLag(string Name, long Position, long Events, TimeSpan Age);

/// <summary>What is stored and not yet worked off.</summary>
/// <param name="Readers">Every projection and subscription that runs behind the writers.</param>
/// <param name="OldestUnsent">How long the oldest side effect has been due; null where none is.</param>
/// <param name="DeadLetters">Side effects that were given up.</param>
public sealed record Backlog(IReadOnlyList<ReaderLag> Readers, TimeSpan? OldestUnsent, long DeadLetters)
{
    // What lies beyond a reader's position is found by the primary key, and so is its age. Readers are shards, name:key; the rest
    // is Marten's bookkeeping of gaps, which stays where the last one was.
    private const string Lags =
        $"""
        select p.name, p.last_seq_id, head.seq_id - p.last_seq_id, extract(epoch from now() - nullif(next.timestamp, '-infinity'))::float8
        from {StoreModel.Schema}.mt_event_progression p
        cross join lateral (select coalesce(max(seq_id), 0) as seq_id from {StoreModel.Schema}.mt_events) head
        left join lateral (select timestamp from {StoreModel.Schema}.mt_events where seq_id > p.last_seq_id order by seq_id limit 1) next on true
        where position(':' in p.name) > 0
        """;

    // By the indexes that Wolverine keeps: what was handled stays in the table for minutes and must not be scanned. A timer is
    // due from its time on; what is tried again has been due since it was first sent.
    private const string Unsent =
        """
        select extract(epoch from now() - min(due))::float8 from (
          select min(coalesce(execution_time, timestamp)) as due from wolverine.wolverine_incoming_envelopes where status = 'Incoming' and owner_id = 0
          union all
          select min(coalesce(execution_time, timestamp)) from wolverine.wolverine_incoming_envelopes where status = 'Incoming' and owner_id <> 0
          union all
          select min(case when attempts > 0 then timestamp else execution_time end) from wolverine.wolverine_incoming_envelopes
          where status = 'Scheduled' and (attempts > 0 or execution_time <= now())
          union all
          select min(timestamp) from wolverine.wolverine_outgoing_envelopes
        ) oldest
        """;

    private const string Dead = "select count(*) from wolverine.wolverine_dead_letters";

    public ReaderLag? Bus => Readers.FirstOrDefault(reader => reader.Name == BusSubscription.Position);

    public IEnumerable<ReaderLag> Projections => Readers.Where(reader => reader.Name != BusSubscription.Position);

    public static async Task<Backlog> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Lags));
        batch.BatchCommands.Add(new(Unsent));
        batch.BatchCommands.Add(new(Dead));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var readers = new List<ReaderLag>();
        while (await reader.ReadAsync(cancellation))
        {
            readers.Add(new(reader.GetString(0), reader.GetInt64(1), Math.Max(0, reader.GetInt64(2)), reader.IsDBNull(3) ? TimeSpan.Zero : Seconds(reader.GetDouble(3))));
        }

        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        TimeSpan? unsent = reader.IsDBNull(0) ? null : Seconds(reader.GetDouble(0));
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(readers, unsent, reader.GetInt64(0));
    }

    /// <summary>For people: how far behind, without names of hosts or tenants.</summary>
    public static string Tell(ReaderLag lag) => string.Create(CultureInfo.InvariantCulture, $"{lag.Name} {lag.Events} events, {lag.Age.TotalSeconds:0.0} s behind");

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Max(0, seconds));
}
