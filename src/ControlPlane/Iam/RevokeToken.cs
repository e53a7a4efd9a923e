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
        return Judge(target!, (await SelfAsync(caller, store, cancellation))!);
    }

    /// <summary>The caller's own principal, who for platform staff is of another tenant than the one acted on.</summary>
    public static async Task<Principal?> SelfAsync(Caller caller, IDocumentStore store, CancellationToken cancellation)
    {
        await using var home = store.QuerySession(caller.HomeTenantId);
        return await home.LoadAsync<Principal>(caller.PrincipalId, cancellation);
    }

    /// <summary>Only an owner touches what is an owner's.</summary>
    public static ProblemDetails Judge(Principal target, Principal self) =>
        target.IsOwner && !self.IsOwner ? Problems.Forbidden() : WolverineContinue.NoProblems;

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
