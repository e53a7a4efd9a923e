using ControlPlane.Catalog;
using Marten;

namespace ControlPlane.Tenants;

/// <summary>Something that outlives the erasure.</summary>
/// <param name="Category">What it is.</param>
/// <param name="PolicyId">The retention policy that keeps it.</param>
/// <param name="Until">Until when.</param>
/// <param name="Why">The law or interest behind it.</param>
public sealed record Retained(string Category, string PolicyId, DateTimeOffset Until, string Why)
{
    /// <summary>What would be kept of the session's tenant if it were purged at a time.</summary>
    public static async Task<IReadOnlyList<Retained>> OfAsync(IQuerySession session, CatalogStore catalog, DateTimeOffset purgeAt, CancellationToken cancellation)
    {
        var floors = catalog.All<RetentionPolicy>().Where(policy => policy.Spec.Floor is not null).Select(policy => policy.Name).Distinct();
        var hasTrial = await session.Query<AgentInstances.TrialUse>().AnyAsync(use => use.TenantId == session.TenantId, cancellation);
        return [.. floors.Concat(hasTrial ? [AgentInstances.Lifecycle.TrialPolicy] : []).Order(StringComparer.Ordinal).Select(name => Of(catalog, name, purgeAt))];
    }

    private static Retained Of(CatalogStore catalog, string policy, DateTimeOffset purgeAt)
    {
        var terms = catalog.Newest<RetentionPolicy>(policy)!.Spec;
        return policy == AgentInstances.Lifecycle.TrialPolicy
            ? new("A keyed hash of the address that has had a trial.", policy, terms.Duration.After(purgeAt), terms.LegalReference)
            : new(terms.Summary, policy, terms.Duration.After(purgeAt), terms.LegalReference);
    }
}
