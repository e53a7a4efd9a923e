using ControlPlane.Hosting;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace ControlPlane.Iam;

public static class RevokeTokenEndpoint
{
    public static ProblemDetails Validate(AccessToken token, Caller caller) =>
        token.PrincipalId != caller.PrincipalId && !caller.May("tokens:write") ? Problems.NotFound() : WolverineContinue.NoProblems;

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
