using ControlPlane.Iam;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Signup;

/// <summary>An account with its owner.</summary>
public sealed record OwnedAccount(Tenant Tenant, Principal Owner);

public static class OwnedAccounts
{
    /// <summary>The account that an address recovers: that of who owns it now. Who has ceased to may open one of his own.</summary>
    public static async Task<OwnedAccount?> AccountOfAsync(this IQuerySession session, string emailHash, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await session.LoadAsync<EmailAddress>(emailHash, cancellation) is not { } known)
        {
            return null;
        }

        var home = session.ForTenant(known.TenantId);
        return await home.LoadAsync<Principal>(known.PrincipalId, cancellation) is { } owner && owner.StateAt(now) == PrincipalState.Active && owner.Owns(known.TenantId, now)
            && await home.LoadAsync<Tenant>(known.TenantId, cancellation) is { } tenant
            ? new(tenant, owner)
            : null;
    }
}
