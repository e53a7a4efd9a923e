using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Who the token is, what it may do, where and for how long.</summary>
/// <param name="PrincipalId">The principal behind the token.</param>
/// <param name="PrincipalType">User, service or agent.</param>
/// <param name="TokenId">The token.</param>
/// <param name="Audience">Where the token is meant to be used; an edge that finds another name than its own refuses it.</param>
/// <param name="Scopes">The permissions that the token is narrowed to; empty means all that its principal holds.</param>
/// <param name="ExpiresAt">When the presented secret ends, if nobody revokes it before.</param>
/// <param name="HomeTenantId">The tenant of the principal.</param>
/// <param name="TenantId">The tenant acted on.</param>
/// <param name="Permissions">What the token may do in the whole tenant acted on.</param>
/// <param name="Grants">All its permissions, by the scope they hold for.</param>
public sealed record WhoAmI(
    string PrincipalId, PrincipalType PrincipalType, string TokenId, string? Audience, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt,
    string HomeTenantId, string TenantId, IReadOnlyList<string> Permissions, IReadOnlyList<HeldPermissions> Grants);

/// <summary>Permissions held at a scope path.</summary>
/// <param name="Scope">The path; it covers all below it.</param>
/// <param name="Permissions">What may be done there.</param>
public sealed record HeldPermissions(string Scope, IReadOnlyList<string> Permissions);

public static class GetWhoAmIEndpoint
{
    /// <summary>Who the token is, what it may do, for how long; what an edge asks to check a token.</summary>
    [WolverineGet("/v1/whoami"), Authenticated, Extension]
    public static Resource<WhoAmI> Get(Caller caller) => new(new(
        caller.PrincipalId, caller.Credential.PrincipalType, caller.TokenId, caller.Credential.Audience, caller.Credential.Scopes, caller.Credential.EndsAt,
        caller.HomeTenantId, caller.TenantId,
        [.. Sorted(caller.Grants.SelectMany(grant => grant.Permissions).Distinct().Where(caller.May))],
        [.. caller.Grants.Select(grant => new HeldPermissions(grant.Scope, [.. Sorted(grant.Permissions)]))]));

    private static IEnumerable<string> Sorted(IEnumerable<string> permissions) => permissions.Order(StringComparer.Ordinal);
}
