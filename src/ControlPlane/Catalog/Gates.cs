using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>The rule of everything that asks for a tier: whoever is below it is shown an offer that opens it.</summary>
internal static class Gates
{
    public static IEnumerable<Fault> Faults(Tier required, OfferRef? upsell, CatalogSnapshot catalog)
    {
        if (upsell is not { } shown)
        {
            if (required > Tier.Solo)
            {
                yield return new("/upsellOfferRef", "required", "Name the offer that opens it.");
            }
        }
        else if (catalog.Find(shown.Catalog) is not null && catalog.Offer(shown) is null)
        {
            yield return new("/upsellOfferRef", "dangling_reference", $"There is no offer '{shown.Offer}' in {shown.Catalog}.");
        }
        else if (catalog.Offer(shown) is { } offer && catalog.Find(offer.PlanRef) is { } plan && plan.Spec.Tier < required)
        {
            yield return new("/upsellOfferRef", "upsell_too_low", $"Name an offer of a plan of tier {required} or higher.");
        }
    }
}
