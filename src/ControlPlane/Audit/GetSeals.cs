using System.Globalization;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Audit;

/// <summary>Which seals to list.</summary>
public sealed record SealsQuery : ListQuery;

/// <summary>A signed seal over a span of the history of all tenants.</summary>
/// <param name="Number">Seals are numbered from one, without gaps.</param>
/// <param name="FirstSequence">The first sequence number that it covers.</param>
/// <param name="LastSequence">The last sequence number that it covers.</param>
/// <param name="Events">How many events stand in the span.</param>
/// <param name="Tenants">How many tenants they belong to: the size of the tree.</param>
/// <param name="Root">Root of the tree over the tenants' leaves, SHA-256 in hex.</param>
/// <param name="Previous">SHA-256 of the statement before, in hex; absent in the first.</param>
/// <param name="SealedAt">When it was signed.</param>
/// <param name="KeyId">The key that signed it, as in <c>/.well-known/jwks.json</c>.</param>
/// <param name="Statement">All of it as a compact JWS, signed with ES256.</param>
public sealed record SealView(
    long Number, long FirstSequence, long LastSequence, int Events, int Tenants, string Root, string? Previous, DateTimeOffset SealedAt, string KeyId, string Statement)
{
    internal static SealView Of(SealClosed seal) => new(
        seal.Number, seal.FirstSequence, seal.LastSequence, seal.EventCount, seal.TenantCount, seal.RootHash, seal.PreviousHash, seal.SealedAt, seal.KeyId, seal.Signature);
}

public static class GetSealsEndpoint
{
    private const string List = "seals";

    /// <summary>List the signed seals.</summary>
    [WolverineGet("/v1/audit/seals"), Requires("audit:read"), Query<SealsQuery>, Extension]
    public static async Task<Page<SealView>> Get(
        HttpContext http, [NotBody] Caller caller, IDocumentStore store, Cursors cursors, History history, CancellationToken cancellation)
    {
        var query = http.Query<SealsQuery>();
        var asOf = await history.NowAsync(cancellation);
        var before = cursors.Read(caller.TenantId, List, query) is { } after ? long.Parse(after, CultureInfo.InvariantCulture) : long.MaxValue;
        await using var session = store.QuerySession(Tenant.Platform);
        var found = await session.SealsAsync(before, query.Limit + 1, cancellation);
        return new(
            [.. found.Take(query.Limit).Select(SealView.Of)],
            found.Count > query.Limit ? cursors.Make(caller.TenantId, List, query, found[query.Limit - 1].Number.ToString(CultureInfo.InvariantCulture)) : null,
            asOf);
    }

    /// <summary>The seals before a number, newest first; a seal's number is its version in their stream.</summary>
    internal static async Task<IReadOnlyList<SealClosed>> SealsAsync(this IQuerySession session, long before, int count, CancellationToken cancellation) =>
        [.. (await session.Events.QueryAllRawEvents()
            .Where(stored => stored.StreamKey == SealChain.Stream && stored.Version < before)
            .OrderByDescending(stored => stored.Version).Take(count).ToListAsync(cancellation)).Select(stored => ((IEvent<SealClosed>)stored).Data)];
}
