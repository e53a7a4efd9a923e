using ControlPlane.Catalog;

namespace ControlPlane.Billing;

public static class BillingCurrency
{
    /// <summary>What a customer of the country pays in: the country's own currency where the offer has a price in it, else the offer's first.</summary>
    public static string For(Offer offer, string country) => (offer.Price(Local(country)) ?? offer.Prices[0]).Currency;

    private static string Local(string country) => country switch
    {
        "GB" => "GBP",
        "US" => "USD",
        "CH" or "LI" => "CHF",
        _ => "EUR",
    };
}
