using System.Collections.Immutable;
using System.Net;
using ControlPlane.Iam;

namespace ControlPlane.Hosting;

/// <summary>Who makes the request, for which tenant, and what the token may do. Ask for it as an endpoint parameter.</summary>
/// <param name="PrincipalId">The principal behind the token.</param>
/// <param name="TokenId">The token presented.</param>
/// <param name="HomeTenantId">The tenant the principal belongs to.</param>
/// <param name="TenantId">The tenant acted on: home, or for platform staff the one named in <c>X-Tenant-Id</c>.</param>
/// <param name="Grants">What the token may do, and where.</param>
public sealed record Caller(string PrincipalId, string TokenId, string HomeTenantId, string TenantId, ImmutableArray<Grant> Grants)
{
    /// <summary>The token's own limits, which no token minted with it exceeds.</summary>
    public Credential Credential { get; init; } = new(PrincipalType.User, [], DateTimeOffset.MaxValue, null, []);

    private string TenantScope => $"/tenants/{TenantId}";

    /// <summary>Whether the caller acts on a tenant that is not his own.</summary>
    public bool IsStaff => HomeTenantId != TenantId;

    /// <summary>Whether he is of the platform's own tenant, whichever he acts on.</summary>
    public bool IsOfPlatform => HomeTenantId == Tenants.Tenant.Platform;

    /// <summary>Whether the permission is held everywhere, as platform staff hold it.</summary>
    public bool MayEverywhere(string permission) => Grants.Any(grant => grant.Scope == "/" && grant.Permissions.Contains(permission));

    /// <summary>Whether the permission covers the whole tenant acted on.</summary>
    public bool May(string permission) => MayAt(permission, TenantScope);

    /// <summary>Whether the permission covers one resource of the tenant, such as <c>agent-instances/{id}</c>.</summary>
    public bool MayOn(string permission, string resource) => MayAt(permission, $"{TenantScope}/{resource}");

    /// <summary>Whether the permission is held anywhere in the tenant acted on.</summary>
    public bool MaySomewhere(string permission) => Grants.Any(grant =>
        grant.Permissions.Contains(permission) && (Covers(grant.Scope, TenantScope) || Covers(TenantScope, grant.Scope)));

    /// <summary>The ids of the resources of one kind that the caller sees, or null when he sees all.</summary>
    public string[]? Visible(string permission, string kind) => May(permission)
        ? null
        : [.. Grants.Where(grant => grant.Permissions.Contains(permission)).Select(grant => grant.Scope)
            .Where(scope => scope.StartsWith($"{TenantScope}/{kind}/", StringComparison.Ordinal)).Select(scope => scope.Split('/')[4])];

    /// <summary>Whether the permission is held for a scope path and all below it.</summary>
    public bool MayAt(string permission, string path) =>
        Grants.Any(grant => grant.Permissions.Contains(permission) && Covers(grant.Scope, path));

    /// <summary>Whether a scope covers a path: itself and all that lies below it.</summary>
    public static bool Covers(string scope, string path) =>
        scope == "/" || path == scope || (path.Length > scope.Length && path[scope.Length] == '/' && path.StartsWith(scope, StringComparison.Ordinal));
}

/// <summary>What the presented token itself says.</summary>
/// <param name="PrincipalType">What kind of identity it stands for.</param>
/// <param name="Scopes">The permissions it is narrowed to; empty means all that its principal holds.</param>
/// <param name="EndsAt">When the presented secret, the token or its principal ends, whichever comes first.</param>
/// <param name="Audience">Where it is meant to be used; the edge that it is presented to compares.</param>
/// <param name="IpAllow">The networks it may be used from; empty means anywhere.</param>
public sealed record Credential(
    PrincipalType PrincipalType, ImmutableArray<string> Scopes, DateTimeOffset EndsAt, string? Audience, ImmutableArray<string> IpAllow)
{
    private readonly Networks _networks = Networks.Parse(IpAllow);

    /// <summary>Whether a connection from the address may use it.</summary>
    public bool Admits(IPAddress? address) => IpAllow.IsEmpty || _networks.Contain(address);

    /// <summary>Whether all the networks lie within those it may be used from.</summary>
    public bool Admits(IReadOnlyList<string> networks) => IpAllow.IsEmpty || (networks.Count > 0 && _networks.Contain(Networks.Parse(networks)));
}

/// <summary>Permissions held at a scope path.</summary>
public sealed record Grant(string Scope, ImmutableHashSet<string> Permissions);

public static class CallerAccess
{
    /// <summary>The caller of this request; only public operations have none.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("A public operation asked for its caller");
}

/// <summary>Gives slices their <see cref="Hosting.Caller"/>.</summary>
public static class CallerMiddleware
{
    public static Caller Load(HttpContext context) => context.Caller();
}
