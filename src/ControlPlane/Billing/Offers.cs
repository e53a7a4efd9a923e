using ControlPlane.Catalog;

namespace ControlPlane.Billing;

/// <summary>What is on sale.</summary>
public static class Offers
{
    /// <summary>The offer of a plan that is open in the country now: of the newest price list that has one.</summary>
    public static OfferRef? Of(CatalogStore catalog, Ref<PlanProfile> plan, BillingPeriod period, string country, DateTimeOffset now) =>
        catalog.All<OfferCatalog>().Where(list => list.Metadata.Status == CatalogStatus.Active).OrderByDescending(list => list.Metadata.PublishedAt)
            .SelectMany(list => list.Spec.Offers.Where(offer => offer.PlanRef == plan && offer.BillingPeriod == period && offer.IsOpen(now, country))
                .Select(offer => OfferRef.Parse($"{list.Ref}#{offer.Id}")))
            .FirstOrDefault();

    /// <summary>How often a price at the payment provider is charged; null for one that is in no list.</summary>
    public static BillingPeriod? PeriodOf(CatalogStore catalog, string priceId) =>
        catalog.All<OfferCatalog>().SelectMany(list => list.Spec.Offers).Where(offer => offer.Prices.Any(price => price.PriceId == priceId)).Select(offer => (BillingPeriod?)offer.BillingPeriod).FirstOrDefault();

    /// <summary>The price of the list that stands for a price at the payment provider; null for one that is in no list.</summary>
    public static Price? PriceOf(CatalogStore catalog, string priceId) =>
        catalog.All<OfferCatalog>().SelectMany(list => list.Spec.Offers).SelectMany(offer => offer.Prices).FirstOrDefault(price => price.PriceId == priceId);
}
