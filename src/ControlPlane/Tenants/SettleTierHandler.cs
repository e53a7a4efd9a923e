using ControlPlane.AgentInstances;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Tenants;

/// <summary>What a tenant pays for may give it another tier.</summary>
public sealed record SettleTier(string TenantId);

public static class SettleTierHandler
{
    public static async Task<TenantTierChanged?> Handle(
        SettleTier message, [WriteModel(nameof(SettleTier.TenantId))] Tenant? tenant, IQuerySession session, CatalogStore catalog, CancellationToken cancellation)
    {
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation);
        var cards = await session.Query<InstanceCard>().Where(card => card.State == InstanceState.Active || card.State == InstanceState.Suspended).ToListAsync(cancellation);
        var paid = cards.Where(card => card.Life.Underlying == InstanceState.Active && account?.PaysFor(card.Id) == true).ToArray();
        var tier = paid.Select(card => catalog.Get<PlanProfile>(card.PlanRef).Spec.Tier).DefaultIfEmpty(Tier.Solo).Max();
        return tenant is null || tenant.Tier == tier ? null : new(tier, [.. paid.Select(card => card.Id)]);
    }
}
