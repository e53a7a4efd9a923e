using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Wolverine.Http;

namespace ControlPlane.Audit;

/// <summary>Which entries to list.</summary>
public sealed record TrailQuery : ListQuery
{
    /// <summary>What happened, as the name of the event: <c>agent_instance.suspended</c>.</summary>
    [MaxLength(100)]
    public string? Type { get; init; }

    /// <summary>What it happened to: the id of the stream.</summary>
    [MaxLength(200)]
    public string? Stream { get; init; }

    /// <summary>Who did it: the id of a principal, <c>system</c> or <c>anonymous</c>.</summary>
    [MaxLength(100)]
    public string? Actor { get; init; }

    /// <summary>The retention policy that keeps the entry.</summary>
    [MaxLength(100)]
    public string? PolicyId { get; init; }

    /// <summary>What it has in common with all that follows from the same request.</summary>
    [MaxLength(200)]
    public string? CorrelationId { get; init; }

    /// <summary>The request that it comes from.</summary>
    [MaxLength(128)]
    public string? RequestId { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>One entry of the trail.</summary>
/// <param name="Id">Id of the event; its proof is at <c>/v1/audit/events/{id}/proof</c>.</param>
/// <param name="Sequence">Its place among all events; with gaps.</param>
/// <param name="Stream">What it happened to.</param>
/// <param name="Version">Its place among the events of the stream, without gaps.</param>
/// <param name="Type">What happened.</param>
/// <param name="At">When it was stored.</param>
/// <param name="Actor">Who did it: a principal, <c>system</c> or <c>anonymous</c>.</param>
/// <param name="TokenId">With which token.</param>
/// <param name="OnBehalfOf">The tenant that staff of the platform acted on.</param>
/// <param name="RequestId">In which request.</param>
/// <param name="CorrelationId">What it has in common with all that follows from the same request.</param>
/// <param name="CausationId">What it follows from directly.</param>
/// <param name="PolicyId">The retention policy that keeps the entry.</param>
/// <param name="LegalBasis">What allows or obliges us to keep it (GDPR article 6).</param>
/// <param name="ExpiresAt">When it leaves the trail.</param>
public sealed record TrailEntry(
    string Id, long Sequence, string Stream, long Version, string Type, DateTimeOffset At, string? Actor, string? TokenId, string? OnBehalfOf, string? RequestId,
    string? CorrelationId, string? CausationId, string PolicyId, string? LegalBasis, DateTimeOffset ExpiresAt);

public static class GetEventsEndpoint
{
    private const string List = "trail";

    // An entry whose time has come is gone, whether or not it has been swept yet.
    private const string Select =
        $"""
        select event_id, sequence, stream, version, type, at, actor, token_id, on_behalf_of, request_id, correlation_id, causation_id, policy_id, legal_basis, expires_at
        from {TrailRows.Table}
        where tenant_id = $1 and sequence < $2 and expires_at > $3
          and ($4 is null or type = $4) and ($5 is null or stream = $5) and ($6 is null or actor = $6) and ($7 is null or policy_id = $7)
          and ($8 is null or correlation_id = $8) and ($9 is null or request_id = $9) and ($10 is null or at >= $10) and ($11 is null or at < $11)
        order by sequence desc limit $12
        """;

    /// <summary>List and filter the trail: what happened, who did it, when, and until when the entry is kept.</summary>
    /// <remarks>The trail follows the history within a second or so; <c>asOf</c> tells how far it is.</remarks>
    [WolverineGet("/v1/audit/events"), Requires("audit:read"), Query<TrailQuery>, Extension]
    public static async Task<Page<TrailEntry>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<TrailQuery>();
        var asOf = await history.OfAsync(TrailProjection.Shard, cancellation);
        var before = cursors.Read(caller.TenantId, List, query) is { } after ? long.Parse(after, CultureInfo.InvariantCulture) : long.MaxValue;
        var found = new List<TrailEntry>(query.Limit + 1);
        await using var command = Command(query, caller.TenantId, before, time.GetUtcNow());
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(Read(reader));
        }

        return new(
            [.. found.Take(query.Limit)],
            found.Count > query.Limit ? cursors.Make(caller.TenantId, List, query, found[query.Limit - 1].Sequence.ToString(CultureInfo.InvariantCulture)) : null,
            asOf);
    }

    private static NpgsqlCommand Command(TrailQuery query, string tenant, long before, DateTimeOffset now) => new(Select)
    {
        Parameters =
        {
            new() { Value = tenant },
            new() { Value = before },
            new() { Value = now.UtcDateTime },
            Text(query.Type),
            Text(query.Stream),
            Text(query.Actor),
            Text(query.PolicyId),
            Text(query.CorrelationId),
            Text(query.RequestId),
            Time(query.From),
            Time(query.To),
            new() { Value = query.Limit + 1 },
        },
    };

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Time(DateTimeOffset? value) => new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static TrailEntry Read(System.Data.Common.DbDataReader row)
    {
        return new(
            row.GetGuid(0).ToString(), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
            TextOrNull(6), TextOrNull(7), TextOrNull(8), TextOrNull(9), TextOrNull(10), TextOrNull(11), row.GetString(12), TextOrNull(13), row.GetFieldValue<DateTimeOffset>(14));

        string? TextOrNull(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
