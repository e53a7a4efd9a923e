using ControlPlane.Sealing;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Signup;

/// <summary>What a purge does about signups: what was told before there was a tenant stands with the platform, and goes too.</summary>
public sealed class Lifecycle(IDocumentStore store, KeyRing ring) : AreaLifecycle
{
    public override IReadOnlyList<PurgeStep> Purge => [new("signup.signups", PurgePhase.ReadModels, ForgetAsync)];

    private async Task<StepResult> ForgetAsync(IDocumentSession session, CancellationToken cancellation)
    {
        await using var platform = store.QuerySession(Tenant.Platform);
        var signups = await platform.Query<PendingSignup>().Where(signup => signup.TenantId == session.TenantId).ToListAsync(cancellation);
        foreach (var signup in signups)
        {
            await ring.DestroyAsync(Tenant.Platform, signup.Id, cancellation);
            session.ForTenant(Tenant.Platform).Delete(signup);
        }

        return StepResult.Done(signups.Count);
    }
}
