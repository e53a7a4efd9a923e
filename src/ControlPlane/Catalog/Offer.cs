using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How often a subscription is charged.</summary>
public enum BillingPeriod
{
    Month,
    Year,
}

/// <summary>One thing that may be bought.</summary>
public sealed record Offer
{
    /// <summary>Names the offer within its price list.</summary>
    [Format("slug"), MaxLength(63)]
    public required string Id { get; init; }

    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>The plan that is bought.</summary>
    public required Ref<PlanProfile> PlanRef { get; init; }

    /// <summary>How often it is charged.</summary>
    public required BillingPeriod BillingPeriod { get; init; }

    /// <summary>One price for each currency.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Price> Prices { get; init; }

    /// <summary>The payment provider's category for tax.</summary>
    [RegularExpression("^txcd_[0-9]{8}$")]
    public required string TaxCode { get; init; }

    /// <summary>Days of trial before the first charge; zero for none.</summary>
    [Range(0, 90)]
    public required int TrialDays { get; init; }

    /// <summary>Where it may be bought; empty: everywhere.</summary>
    [Format("country")]
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Where it may not be bought all the same.</summary>
    [Format("country")]
    public IReadOnlyList<string> ExceptCountries { get; init; } = [];

    /// <summary>From when it may be bought.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>Until when it may be bought; absent: until further notice.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    public bool IsOpen(DateTimeOffset at, string country) => at >= ValidFrom && !(at >= ValidUntil)
        && (Countries.Count == 0 || Countries.Contains(country)) && !ExceptCountries.Contains(country);

    public Price? Price(string currency) => Prices.FirstOrDefault(price => price.Currency == currency);
}

/// <summary>A price in one currency.</summary>
public sealed record Price
{
    /// <summary>ISO 4217.</summary>
    [Format("currency")]
    public required string Currency { get; init; }

    /// <summary>In the currency's minor unit: 1900 is 19 EUR, and 1900 JPY.</summary>
    [Range(0, 100_000_000)]
    public required long Amount { get; init; }

    /// <summary>Whether the amount holds the tax already.</summary>
    public required bool TaxInclusive { get; init; }

    /// <summary>The price at the payment provider.</summary>
    [RegularExpression("^price_[A-Za-z0-9_]{4,}$"), MaxLength(100)]
    public required string PriceId { get; init; }
}
