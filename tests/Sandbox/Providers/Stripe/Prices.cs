using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class Prices
{
    public static JsonObject Create(StripeCall call)
    {
        var asked = call.Parameters;
        if (asked.Value("product") is null && asked.Value("product_data.name") is null)
            throw StripeFailure.Missing("product");
        if (asked.Value("billing_scheme") == "tiered")
            throw StripeFailure.NotImitated("tiered prices");
        var lookup = asked.Value("lookup_key");
        if (lookup is not null && call.Account.Prices.NewestFirst.Any(price => (string?)price["lookup_key"] == lookup))
            throw StripeFailure.Refused($"A price (`{lookup}`) already uses that lookup key.", "resource_already_exists", "lookup_key");
        return call.Account.Prices.Add(Price(asked, call.Account.Now));
    }

    public static JsonObject Get(StripeCall call) => call.Account.Prices.Require(call.Id, "price");

    public static JsonObject List(StripeCall call)
    {
        var lookups = call.Parameters.Texts("lookup_keys");
        var (product, active) = (call.Parameters.Value("product"), call.Parameters.Flag("active"));
        return call.Account.Prices.List(call.Parameters, price =>
            (lookups.Count == 0 || lookups.Contains((string?)price["lookup_key"]))
            && (product is null || (string?)price["product"] == product)
            && (active is null || (bool)price["active"]! == active));
    }

    /// <summary>A price from <c>/v1/prices</c> or from a line item's <c>price_data</c>.</summary>
    public static JsonObject Price(StripeParameters asked, long now)
    {
        var amount = asked.Integer("unit_amount") ?? throw StripeFailure.Missing("unit_amount");
        var interval = asked.Value("recurring.interval");
        return new JsonObject
        {
            ["id"] = RandomId.New("price_", 24),
            ["object"] = "price",
            ["active"] = asked.Flag("active") ?? true,
            ["billing_scheme"] = "per_unit",
            ["created"] = now,
            ["currency"] = asked.Require("currency").ToLowerInvariant(),
            ["livemode"] = false,
            ["lookup_key"] = asked.Value("lookup_key"),
            ["metadata"] = asked.Metadata(),
            ["nickname"] = asked.Value("nickname"),
            ["product"] = asked.Value("product") ?? RandomId.New("prod_", 14),
            ["recurring"] = interval is null ? null : new JsonObject
            {
                ["interval"] = interval,
                ["interval_count"] = asked.Integer("recurring.interval_count") ?? 1,
                ["meter"] = null,
                ["trial_period_days"] = null,
                ["usage_type"] = asked.Value("recurring.usage_type") ?? "licensed",
            },
            ["tax_behavior"] = asked.Value("tax_behavior") ?? "unspecified",
            ["type"] = interval is null ? "one_time" : "recurring",
            ["unit_amount"] = amount,
            ["unit_amount_decimal"] = amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
