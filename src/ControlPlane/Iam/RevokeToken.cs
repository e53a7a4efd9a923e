using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace ControlPlane.Iam;

public static class RevokeTokenEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(
        AccessToken token, Caller caller, IQuerySession session, IDocumentStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (token.PrincipalId == caller.PrincipalId)
        {
            return WolverineContinue.NoProblems;
        }

        if (!caller.May("tokens:write"))
        {
            return Problems.NotFound();
        }

        var target = await session.LoadAsync<Principal>(token.PrincipalId, cancellation);
        var self = await caller.SelfAsync(store, cancellation);
        return target!.IsAbove(self, caller.TenantId, time.GetUtcNow()) ? Delegation.AboveCaller() : WolverineContinue.NoProblems;
    }

    /// <summary>Revoke one's own token; others' with tokens:write. It is refused from here on.</summary>
    [WolverineDelete("/v1/auth/tokens/{id}"), Authenticated, Extension]
    public static (Answer<Nothing>, IEnumerable<IMartenOp>) Delete(string id, [Entity] AccessToken token, [NotBody] Caller caller) => (
        Answer.None(),
        token.RevokedAt is not null ? [] :
        [
            MartenOps.Append(token.PrincipalId, new AccessTokenRevoked(id, TokenRevocation.User, caller.PrincipalId)),
            MartenOps.DeleteWhere<TokenSecret>(secret => secret.TokenId == id),
        ]);
}
