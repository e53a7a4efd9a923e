using ControlPlane.Hosting;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>How to read one principal.</summary>
public sealed record PrincipalQuery
{
    /// <summary>The principal as it was at this time.</summary>
    public DateTimeOffset? AsOf { get; init; }
}

public static class GetPrincipalEndpoint
{
    private const string Me = "me";

    /// <summary>Read one principal with its roles and tokens; <c>me</c> is the caller's own.</summary>
    [WolverineGet("/v1/principals/{id}"), Requires("iam:read"), Query<PrincipalQuery>]
    public static async Task<Resource<PrincipalView>> Get(
        string id, HttpContext http, [NotBody] Caller caller, IDocumentStore store, PrincipalViews views, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<PrincipalQuery>();
        if (query.AsOf > time.GetUtcNow())
        {
            throw new ProblemException(Problems.Malformed("?asOf", "out_of_range", "A time in the past is expected"));
        }

        // Staff have their own principal at home, whatever tenant they act on.
        var (wanted, tenant) = id == Me ? (caller.PrincipalId, caller.HomeTenantId) : (id, caller.TenantId);
        await using var session = store.QuerySession(tenant);
        return new(query.AsOf is not { } then ? await views.LoadAsync(wanted, session, cancellation)
            : await session.Events.AggregateStreamAsync<Principal>(wanted, timestamp: then, token: cancellation) is { } past ? views.Of(past, then)
            : null);
    }
}
