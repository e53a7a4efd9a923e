using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>How an event is kept now.</summary>
/// <param name="Id">Id of the event.</param>
/// <param name="Sequence">Its place among all events.</param>
/// <param name="Type">Its alias.</param>
/// <param name="StoredAt">When it was stored.</param>
/// <param name="PolicyId">The policy that keeps it.</param>
/// <param name="OperationId">The operation that moved it there; null where it is that of its type.</param>
/// <param name="ExpiresAt">When it leaves the trail; null where it is not in it.</param>
public sealed record KeptEvent(string Id, long Sequence, string Type, DateTimeOffset StoredAt, string PolicyId, string? OperationId, DateTimeOffset? ExpiresAt)
{
    private const string Find =
        $"""
        select e.id, e.seq_id, e.type, e.timestamp, coalesce(moved.data ->> 'policyId', e.headers ->> '{EventHeaders.Retention}'), moved.data ->> 'operationId', entry.expires_at
        from unnest($2) wanted(id)
        join {StoreModel.Schema}.mt_events e on e.id = wanted.id and e.tenant_id = $1 and e.type <> '{StoreModel.Gap}'
        left join {TrailRows.Table} entry on entry.tenant_id = e.tenant_id and entry.sequence = e.seq_id
        left join {StoreModel.Schema}.mt_doc_eventpolicy moved on moved.tenant_id = e.tenant_id and moved.id = e.id::text
        order by e.seq_id
        """;

    /// <summary>Whether its entry has left the trail: one that is not there and that the trail has passed already, or whose time has come.</summary>
    public bool IsGone(long trailPosition, DateTimeOffset now) => ExpiresAt is { } end ? end <= now : Sequence <= trailPosition;

    /// <summary>Those of the tenant's events that have one of the ids.</summary>
    public static async Task<IReadOnlyList<KeptEvent>> FindAsync(IQuerySession session, string tenant, IEnumerable<string> ids, CancellationToken cancellation)
    {
        var wanted = ids.Select(id => Guid.TryParse(id, out var parsed) ? parsed : Guid.Empty).Distinct().ToArray();
        await using var command = new NpgsqlCommand(Find) { Parameters = { new() { Value = tenant }, new() { Value = wanted } } };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var found = new List<KeptEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(
                reader.GetGuid(0).ToString(), reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return found;
    }
}
