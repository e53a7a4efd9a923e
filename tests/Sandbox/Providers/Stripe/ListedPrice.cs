using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>A price under an id of one's own choice, as if Stripe had given it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Interval"><c>month</c> or <c>year</c>.</param>
public sealed record ListedPrice(string Id, string Currency, long Amount, string Interval)
{
    internal JsonObject Put(StripeAccount account)
    {
        if (account.Prices.Find(Id) is { } known)
            return known;
        var price = Prices.Price(
            new StripeParameters(new JsonObject
            {
                ["unit_amount"] = Amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["currency"] = Currency,
                ["nickname"] = Id,
                ["recurring"] = new JsonObject { ["interval"] = Interval },
            }),
            account.Now);
        price["id"] = Id;
        return account.Prices.Add(price);
    }
}
