using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace ControlPlane.Iam;

/// <summary>What the revocation of a token is decided on.</summary>
/// <param name="Holder">Who holds it.</param>
/// <param name="IsAboveCaller">Whether he holds what the caller does not.</param>
public sealed record RevokeTokenCase(Principal Holder, bool IsAboveCaller);

public static class RevokeTokenEndpoint
{
    public static async Task<RevokeTokenCase> LoadAsync(
        AccessToken token, [NotBody] Caller caller, IDocumentSession session, IDocumentStore store, TimeProvider time, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        var holder = (await session.LoadAsync<Principal>(token.PrincipalId, cancellation))!;
        return new(holder, holder.Id != caller.PrincipalId && holder.IsAbove(await caller.SelfAsync(store, cancellation), caller.TenantId, time.GetUtcNow()));
    }

    public static ProblemDetails Validate(AccessToken token, [NotBody] RevokeTokenCase found, [NotBody] Caller caller) =>
        token.PrincipalId == caller.PrincipalId ? WolverineContinue.NoProblems
        : !caller.May("tokens:write") ? Problems.NotFound()
        : found.IsAboveCaller ? Delegation.AboveCaller()
        : WolverineContinue.NoProblems;

    /// <summary>Revoke one's own token; others' with tokens:write. It is refused from here on.</summary>
    [WolverineDelete("/v1/auth/tokens/{id}"), Authenticated, Extension]
    public static (Answer<Nothing>, IEnumerable<IMartenOp>) Delete(
        string id, [Entity] AccessToken token, [NotBody] RevokeTokenCase found, [NotBody] Caller caller) => (
        Answer.None(),
        token.RevokedAt is not null || found.Holder.Tokens.All(held => held.Id != id) ? [] :
        [
            MartenOps.Append(found.Holder.Id, found.Holder.Version + 1, new AccessTokenRevoked(id, TokenRevocation.User, caller.PrincipalId)),
            MartenOps.DeleteWhere<TokenSecret>(secret => secret.TokenId == id),
        ]);
}
