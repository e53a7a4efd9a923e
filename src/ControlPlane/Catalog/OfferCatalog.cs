using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>A price list: what may be bought, for how much, where and when.</summary>
public sealed record OfferCatalog
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Whom the price list is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>What may be bought.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Offer> Offers { get; init; }

    /// <summary>Whether a list that asks for a time shows this price list.</summary>
    public static bool IsOpen(OfferCatalog catalog, OfferCatalogQuery query) =>
        query.At is not { } at || catalog.Offers.Any(offer => at >= offer.ValidFrom && !(at >= offer.ValidUntil));

    public Offer? Offer(string id) => Offers.FirstOrDefault(offer => offer.Id == id);

    internal static IEnumerable<Fault> Faults(OfferCatalog catalog, CatalogSnapshot all) =>
        catalog.Offers.SelectMany((offer, i) => Faults(offer, all)
            .Concat(catalog.Offers.Take(i).Any(earlier => earlier.Id == offer.Id) ? [new("/id", "duplicate_offer", "Give each offer an id of its own.")] : [])
            .Select(fault => fault with { Pointer = $"/offers/{i}{fault.Pointer}" }));

    private static IEnumerable<Fault> Faults(Offer offer, CatalogSnapshot all)
    {
        if (all.Find(offer.PlanRef) is { Spec.Purchasable: false })
        {
            yield return new("/planRef", "plan_not_purchasable", "Offer a plan whose purchasable is true.");
        }

        if (offer.ValidUntil <= offer.ValidFrom)
        {
            yield return new("/validUntil", "empty_window", "Let the offer end after it begins.");
        }

        for (var i = 0; i < offer.Prices.Count; i++)
        {
            if (offer.Prices.Take(i).Any(earlier => earlier.Currency == offer.Prices[i].Currency))
            {
                yield return new($"/prices/{i}/currency", "duplicate_currency", "Give each currency one price.");
            }
        }

        for (var i = 0; i < offer.ExceptCountries.Count; i++)
        {
            if (offer.Countries.Count > 0 && !offer.Countries.Contains(offer.ExceptCountries[i]))
            {
                yield return new($"/exceptCountries/{i}", "never_included", "Except only countries that the offer includes.");
            }
        }
    }
}
