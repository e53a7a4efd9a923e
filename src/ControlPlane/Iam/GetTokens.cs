using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Which tokens to list.</summary>
public sealed record TokensQuery : ListQuery
{
    /// <summary>Whose tokens; one's own when left out, another's with <c>tokens:write</c>.</summary>
    public string? PrincipalId { get; init; }
}

/// <summary>A token without its secret.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="PrincipalId">Whose it is.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Hint">The last four characters of the secret.</param>
/// <param name="Scopes">The permissions it carries; empty means all that its principal holds.</param>
/// <param name="Audience">Where it is meant to be used.</param>
/// <param name="IpAllow">The networks it may be used from; empty means anywhere.</param>
/// <param name="State">Active, expired or revoked.</param>
/// <param name="CreatedAt">When it was minted.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="RevokedAt">When it was revoked.</param>
public sealed record TokenRow(
    string Id, string PrincipalId, Personal Name, string Hint, IReadOnlyList<string> Scopes, string? Audience, IReadOnlyList<string> IpAllow, TokenState State,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt);

public enum TokenState
{
    Active,
    Expired,
    Revoked,
}

public static class GetTokensEndpoint
{
    private const string List = "tokens";

    /// <summary>List one's own tokens; others' with tokens:write.</summary>
    [WolverineGet("/v1/auth/tokens"), Authenticated, Query<TokensQuery>, Extension]
    public static async Task<Page<TokenRow>> Get(
        HttpContext http, Caller caller, IQuerySession session, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<TokensQuery>();
        var owner = query.PrincipalId ?? caller.PrincipalId;
        if (owner != caller.PrincipalId && !caller.May("tokens:write"))
        {
            throw new ProblemException(Problems.Forbidden("tokens:write"));
        }

        var asOf = await history.NowAsync(cancellation);
        var page = await session.Query<AccessToken>().Where(token => token.PrincipalId == owner)
            .PageAsync(cursors, caller.TenantId, List, query, token => token.Id, cancellation);
        return new([.. page.Found.Select(token => Row(token, time.GetUtcNow()))], page.NextCursor, asOf);
    }

    private static TokenRow Row(AccessToken token, DateTimeOffset now) => new(
        token.Id, token.PrincipalId, token.Name, token.Hint, token.Scopes, token.Audience, token.IpAllow,
        token.StateAt(now), token.CreatedAt, token.ExpiresAt, token.RevokedAt);

    public static TokenState StateAt(this AccessToken token, DateTimeOffset now) =>
        token.RevokedAt is not null ? TokenState.Revoked : token.ExpiresAt <= now ? TokenState.Expired : TokenState.Active;
}
