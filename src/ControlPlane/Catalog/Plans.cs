using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What a tier allows, by the plans that give it.</summary>
public static class Plans
{
    /// <summary>The most that any plan on sale in the tier includes; null: as much as anyone likes.</summary>
    public static long? LimitOf(CatalogStore catalog, Tier tier, QuotaMetric metric)
    {
        var plans = catalog.All<PlanProfile>().Where(plan => plan.Spec.Purchasable && plan.Spec.Tier == tier && plan.Metadata.Status == CatalogStatus.Active);
        long? most = 0;
        foreach (var plan in plans)
        {
            most = plan.Spec.LimitOf(metric) is { } limit && most is { } sofar ? Math.Max(limit, sofar) : null;
        }

        return most;
    }
}
