using ControlPlane.AgentInstances;
using ControlPlane.Tenants;
using Marten;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Billing;

/// <summary>How a tenant pays has changed: what depends on it is looked at again.</summary>
public sealed record SettleAccount(string BillingAccountId);

public static class SettleAccountHandler
{
    public static async Task<OutgoingMessages> Handle(SettleAccount message, IQuerySession session, CancellationToken cancellation)
    {
        var cards = await session.Query<InstanceCard>().Where(card => card.State == InstanceState.Active || card.State == InstanceState.Suspended).ToListAsync(cancellation);
        return [.. cards.Where(card => card.Life.Underlying == InstanceState.Active).Select(card => new FollowPayment(card.Id)), new SettleTier(session.TenantId)];
    }
}

/// <summary>The grace after a failed payment is over.</summary>
public sealed record EndGrace(string BillingAccountId, DateTimeOffset Since);

public static class EndGraceHandler
{
    public static (StandingChanged?, OutgoingMessages) Handle(EndGrace timer, [WriteModel] BillingAccount account, TimeProvider time)
    {
        if (account.Standing is not { Standing: Standing.PastDue } standing || standing.Since != timer.Since)
        {
            return (null, []);
        }

        var over = new StandingChanged(Standing.Unpaid, time.GetUtcNow(), null);
        return (over, Standings.Following(account.Id, over, null));
    }
}
