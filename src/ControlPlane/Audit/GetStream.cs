using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using JasperFx.Events;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Audit;

/// <summary>Which part of a stream to read.</summary>
public sealed record StreamQuery : ListQuery
{
    /// <summary>As it was at this version.</summary>
    [Range(1, int.MaxValue)]
    public int? Version { get; init; }

    /// <summary>As it was at this time.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>The history of one thing, and what it came to.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Version">The version that is shown.</param>
/// <param name="State">What the events up to there fold into; absent on later pages. Personal values read <c>[personal]</c>, <c>[quarantined]</c> or <c>[erased]</c>.</param>
/// <param name="Items">The events, newest first.</param>
/// <param name="NextCursor">Asks for the next page; absent on the last one.</param>
public sealed record StreamHistory(string Stream, long Version, JsonElement? State, IReadOnlyList<StreamEvent> Items, string? NextCursor);

/// <summary>One event of a stream.</summary>
/// <param name="Id">Id of the event.</param>
/// <param name="Sequence">Its place among all events.</param>
/// <param name="Version">Its place in the stream.</param>
/// <param name="Type">What happened.</param>
/// <param name="At">When it was stored.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Data">What was stored of it, without what is personal.</param>
public sealed record StreamEvent(string Id, long Sequence, long Version, string Type, DateTimeOffset At, string? Actor, JsonElement Data)
{
    internal static StreamEvent Of(IEvent stored) => new(
        stored.Id.ToString(), stored.Sequence, stored.Version, stored.EventTypeName, stored.Timestamp, stored.GetHeader(EventHeaders.Actor)?.ToString(),
        JsonSerializer.SerializeToElement(stored.Data, stored.EventType, Json.Redacted));
}

public static class GetStreamEndpoint
{
    private const string List = "stream";

    private static readonly MethodInfo Fold = typeof(GetStreamEndpoint).GetMethod(nameof(FoldAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>History of one stream, and its state at a version or time.</summary>
    [WolverineGet("/v1/audit/streams/{id}"), Requires("audit:read"), Query<StreamQuery>, Extension]
    public static async Task<Resource<StreamHistory>> Get(
        string id, HttpContext http, [NotBody] Caller caller, IQuerySession session, Cursors cursors, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<StreamQuery>();
        if (query.At > time.GetUtcNow())
        {
            throw new ProblemException(Problems.Malformed("?at", "out_of_range", "A time in the past is expected"));
        }

        var list = $"{List} {id}";
        var before = cursors.Read(caller.TenantId, list, query) is { } after ? long.Parse(after, CultureInfo.InvariantCulture) : long.MaxValue;
        var stream = id == StoreModel.GapStream ? null : await session.Events.FetchStreamStateAsync(id, cancellation);
        var last = stream is null ? 0 : await LastAsync(session, stream, query, cancellation);
        if (last == 0)
        {
            return new(null);
        }

        var found = await session.Events.QueryAllRawEvents()
            .Where(stored => stored.StreamKey == id && stored.Version < before && stored.Version <= last)
            .OrderByDescending(stored => stored.Version).Take(query.Limit + 1).ToListAsync(cancellation);
        return new(new(
            id, last, before == long.MaxValue ? await StateAsync(session, stream!, last, cancellation) : null, [.. found.Take(query.Limit).Select(StreamEvent.Of)],
            found.Count > query.Limit ? cursors.Make(caller.TenantId, list, query, found[query.Limit - 1].Version.ToString(CultureInfo.InvariantCulture)) : null));
    }

    private static async Task<long> LastAsync(IQuerySession session, StreamState stream, StreamQuery query, CancellationToken cancellation)
    {
        var wanted = Math.Min(stream.Version, query.Version ?? long.MaxValue);
        return query.At is not { } at ? wanted : await session.Events.QueryAllRawEvents()
            .Where(stored => stored.StreamKey == stream.Key && stored.Timestamp <= at && stored.Version <= wanted)
            .OrderByDescending(stored => stored.Version).Select(stored => stored.Version).FirstOrDefaultAsync(cancellation);
    }

    private static async Task<JsonElement?> StateAsync(IQuerySession session, StreamState stream, long version, CancellationToken cancellation) => stream.AggregateType is { } type
        ? await (Task<JsonElement?>)Fold.MakeGenericMethod(type).Invoke(null, [session, stream.Key, version, cancellation])!
        : null;

    private static async Task<JsonElement?> FoldAsync<T>(IQuerySession session, string stream, long version, CancellationToken cancellation)
        where T : class =>
        await session.Events.AggregateStreamAsync<T>(stream, version, token: cancellation) is { } state ? JsonSerializer.SerializeToElement(state, Json.Redacted) : null;
}
