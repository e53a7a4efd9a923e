using ControlPlane.Hosting;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace ControlPlane.Iam;

public static class RevokeTokenEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(AccessToken token, Caller caller, IQuerySession session, IDocumentStore store, CancellationToken cancellation)
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
        await using var home = store.QuerySession(caller.HomeTenantId);
        var self = await home.LoadAsync<Principal>(caller.PrincipalId, cancellation);
        return Judge(target!, self!);
    }

    /// <summary>Only an owner touches what is an owner's.</summary>
    public static ProblemDetails Judge(Principal target, Principal self) =>
        target.IsOwner && !self.IsOwner ? Problems.Forbidden() : WolverineContinue.NoProblems;

    /// <summary>Revoke one's own token; others' with tokens:write. It is refused from here on.</summary>
    [WolverineDelete("/v1/auth/tokens/{id}"), Authenticated]
    public static (Answer<Nothing>, IEnumerable<IMartenOp>) Delete(string id, [Entity] AccessToken token, [NotBody] Caller caller) => (
        Answer.None(),
        token.RevokedAt is not null ? [] :
        [
            MartenOps.Append(token.PrincipalId, new AccessTokenRevoked(id, TokenRevocation.User, caller.PrincipalId)),
            MartenOps.DeleteWhere<TokenSecret>(secret => secret.TokenId == id),
        ]);
}
