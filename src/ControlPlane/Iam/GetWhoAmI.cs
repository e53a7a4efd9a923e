using ControlPlane.Hosting;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Who the token is, what it may do and where.</summary>
/// <param name="PrincipalId">The principal behind the token.</param>
/// <param name="TokenId">The token.</param>
/// <param name="HomeTenantId">The tenant of the principal.</param>
/// <param name="TenantId">The tenant acted on.</param>
/// <param name="Grants">Permissions by scope.</param>
public sealed record WhoAmI(string PrincipalId, string TokenId, string HomeTenantId, string TenantId, IReadOnlyList<HeldPermissions> Grants);

/// <summary>Permissions held at a scope path.</summary>
public sealed record HeldPermissions(string Scope, IReadOnlyList<string> Permissions);

public static class GetWhoAmIEndpoint
{
    /// <summary>Who the token is, what it may do, for how long; what an edge asks to check a token.</summary>
    [WolverineGet("/v1/whoami"), Authenticated]
    public static Resource<WhoAmI> Get(Caller caller) => new(new(
        caller.PrincipalId, caller.TokenId, caller.HomeTenantId, caller.TenantId,
        [.. caller.Grants.Select(grant => new HeldPermissions(grant.Scope, [.. grant.Permissions.Order(StringComparer.Ordinal)]))]));
}
