using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Catalog;

/// <summary>An agent pack as the caller may have it.</summary>
/// <param name="Name">Names it.</param>
/// <param name="Version">Counts up.</param>
/// <param name="DisplayName">The name that customers see.</param>
/// <param name="Summary">What a customer gets.</param>
/// <param name="Available">Whether the caller may use all of it now.</param>
/// <param name="RequiredTier">The tier that opens all of it.</param>
/// <param name="Missing">What stands between: <c>tier:pro</c>, <c>offer</c> where none may be bought now.</param>
/// <param name="Blueprints">What instances are made from.</param>
/// <param name="Personas">The personas.</param>
/// <param name="Mcps">The tools.</param>
/// <param name="Prices">The offers that may be bought now, cheapest tier first.</param>
/// <param name="DerivedFrom">Everything that this was put together from.</param>
public sealed record AgentPackView(
    string Name, int Version, string DisplayName, string Summary, bool Available, Tier RequiredTier, IReadOnlyList<string> Missing, IReadOnlyList<PackItem> Blueprints,
    IReadOnlyList<PackItem> Personas, IReadOnlyList<PackItem> Mcps, IReadOnlyList<PackPrice> Prices, IReadOnlyList<DerivedFrom> DerivedFrom);

/// <summary>A part of a pack.</summary>
/// <param name="Ref">Its name and version.</param>
/// <param name="DisplayName">The name that customers see.</param>
/// <param name="Available">Whether the caller may use it now.</param>
/// <param name="RequiredTier">The lowest tier that may use it.</param>
/// <param name="Missing">What stands between.</param>
public sealed record PackItem(string Ref, string DisplayName, bool Available, Tier RequiredTier, IReadOnlyList<string> Missing);

/// <summary>An offer that opens a pack.</summary>
/// <param name="OfferRef">The offer.</param>
/// <param name="DisplayName">The name that customers see.</param>
/// <param name="PlanRef">The plan that is bought.</param>
/// <param name="BillingPeriod">How often it is charged.</param>
/// <param name="Prices">One price for each currency.</param>
public sealed record PackPrice(OfferRef OfferRef, string DisplayName, Ref<PlanProfile> PlanRef, BillingPeriod BillingPeriod, IReadOnlyList<Price> Prices);

/// <summary>An entry that something was put together from.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name and version.</param>
/// <param name="Digest">The digest of its content.</param>
public sealed record DerivedFrom(string Kind, string Name, string Digest);

public static class GetAgentPacksEndpoint
{
    private const string List = "agent-packs";

    /// <summary>List the agent packs that are sold, each put together from the catalog behind it and with what the caller may have of it.</summary>
    [WolverineGet("/v1/agent-packs"), Requires("catalog:read"), Query<CatalogQuery>]
    public static async Task<Page<AgentPackView>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, CatalogStore store, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var (query, catalog) = (http.Query<CatalogQuery>(), store.Current);
        var tenant = (await session.LoadAsync<Tenant>(caller.TenantId, cancellation))!;
        var shelf = catalog.Shelf(CatalogKinds.Shipped.InFolder(List)!);
        var list = new CatalogList(CatalogKinds.Shipped.InFolder(List)!, query, tenant.Tier, null);
        var asOf = await history.NowAsync(cancellation);
        var found = shelf.After(cursors.Read(caller.TenantId, List, query)).Where(list.Shows).Cast<CatalogEntry<AgentPack>>().Take(query.Limit + 1).ToArray();
        return new(
            [.. found.Take(query.Limit).Select(pack => new PackView(catalog, tenant, time.GetUtcNow()).Of(pack))],
            found.Length > query.Limit ? cursors.Make(caller.TenantId, List, query, found[query.Limit - 1].Ref) : null,
            asOf);
    }

    /// <summary>Puts packs together for a tenant.</summary>
    private sealed class PackView(CatalogSnapshot catalog, Tenant tenant, DateTimeOffset now)
    {
        private readonly List<CatalogEntry> _used = [];

        public AgentPackView Of(CatalogEntry<AgentPack> pack)
        {
            _used.Add(pack);
            var blueprints = pack.Spec.BlueprintRefs.Select(named => Item(Use(named), spec => spec.RequiredTier, spec => spec.DisplayName)).ToArray();
            var personas = pack.Spec.PersonaRefs.Select(named => Item(Use(named), spec => spec.RequiredTier, spec => spec.DisplayName)).ToArray();
            var mcps = pack.Spec.McpRefs.Select(named => Item(Use(named), spec => spec.RequiredTier, spec => spec.DisplayName)).ToArray();
            var prices = pack.Spec.OfferRefs.Select(Price).OfType<PackPrice>().ToArray();
            PackItem[] items = [.. blueprints, .. personas, .. mcps];
            string[] missing = [.. items.SelectMany(item => item.Missing).Distinct().Order(StringComparer.Ordinal), .. prices.Length == 0 ? ["offer"] : Array.Empty<string>()];
            return new(
                pack.Name, pack.Metadata.Version, pack.Spec.DisplayName, pack.Spec.Summary, items.All(item => item.Available), items.Max(item => item.RequiredTier), missing,
                blueprints, personas, mcps, prices, [.. _used.Select(entry => new DerivedFrom(entry.Kind, entry.Ref, entry.Digest))]);
        }

        private CatalogEntry<T> Use<T>(Ref<T> named)
            where T : class
        {
            var entry = catalog.Find(named)!;
            _used.Add(entry);
            return entry;
        }

        private PackItem Item<T>(CatalogEntry<T> entry, Func<T, Tier> tier, Func<T, string> name)
            where T : class
        {
            var required = tier(entry.Spec);
            string[] missing = [.. tenant.Tier < required ? [$"tier:{Words.Of(required)}"] : Array.Empty<string>(), .. entry.IsWithdrawn ? ["withdrawn"] : Array.Empty<string>()];
            return new(entry.Ref, name(entry.Spec), missing.Length == 0, required, missing);
        }

        private PackPrice? Price(OfferRef named)
        {
            var offer = catalog.Offer(named)!;
            if (!offer.IsOpen(now, tenant.Country))
            {
                return null;
            }

            var list = catalog.Find(named.Catalog)!;
            if (!_used.Contains(list))
            {
                _used.Add(list);
            }

            return new(named, offer.DisplayName, offer.PlanRef, offer.BillingPeriod, offer.Prices);
        }
    }
}
