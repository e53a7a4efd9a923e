using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>How one entry of a kind is read over REST.</summary>
public enum CatalogAddress
{
    /// <summary>By its name, which means the newest active version; <c>?version=</c> pins one.</summary>
    Name,

    /// <summary>By <c>name@version</c> or <c>name@latest</c>.</summary>
    Ref,

    /// <summary>Not at all: the service itself is the only reader.</summary>
    None,
}

/// <summary>The tier that an entry asks for, and the offer to show to those below.</summary>
public sealed record TierGate(Tier RequiredTier, OfferRef? UpsellOfferRef);

/// <summary>The kinds of things that the catalog holds. A kind is one record, its folder, and its line here.</summary>
public sealed class CatalogKinds
{
    private readonly List<CatalogKind> _kinds = [];

    public static CatalogKinds Shipped { get; } = new CatalogKinds()
        .Add<AgentBlueprint>("agent-blueprints", CatalogAddress.Ref, AgentBlueprint.Faults)
        .Add<OfferCatalog>("offer-catalogs", CatalogAddress.Name, OfferCatalog.Faults, kind => kind.FilteredBy<OfferCatalogQuery>(OfferCatalog.IsOpen))
        .Add<Persona>("personas", CatalogAddress.Name, Persona.Faults, kind => kind.GatedBy(persona => new(persona.RequiredTier, persona.UpsellOfferRef)))
        .Add<PlanProfile>("plan-profiles", CatalogAddress.Name, PlanProfile.Faults)
        .Add<RetentionPolicy>("retention-policies", CatalogAddress.None, RetentionPolicy.Faults);

    public IReadOnlyList<CatalogKind> All => _kinds;

    /// <param name="folder">Where its files lie, and its path under <c>/v1</c>.</param>
    /// <param name="address">How one entry is read over REST.</param>
    /// <param name="faults">What can be wrong with an entry beyond its shape and its references, seen beside the rest of the catalog.</param>
    /// <param name="more">What else the kind has: a gate, a filter of its own.</param>
    public CatalogKinds Add<T>(
        string folder, CatalogAddress address, Func<T, CatalogSnapshot, IEnumerable<Fault>>? faults = null, Action<CatalogKind<T>>? more = null)
        where T : class
    {
        var kind = new CatalogKind<T>(folder, address, faults ?? ((_, _) => []));
        more?.Invoke(kind);
        _kinds.Add(kind);
        return this;
    }

    public CatalogKind? InFolder(string folder) => _kinds.FirstOrDefault(kind => kind.Folder == folder);
}
