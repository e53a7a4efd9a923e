using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>What a Checkout session in subscription mode will subscribe its customer to.</summary>
internal sealed record CheckoutOrder(
    IReadOnlyList<CheckoutItem> Items, JsonObject Metadata, string? Description, long? TrialEnd, long? TrialDays, string MissingPaymentMethod)
{
    public long Total => TrialEnd is null && TrialDays is null ? Items.Sum(item => item.Price["unit_amount"]!.GetValue<long>() * item.Quantity) : 0;

    /// <summary>When a trial that starts with the subscription ends; null without one.</summary>
    public long? TrialEndFrom(long start) => TrialEnd ?? start + TrialDays * 86_400;

    public string? Currency => (string?)Items[0].Price["currency"];

    public static CheckoutOrder Read(StripeParameters asked, StripeAccount account)
    {
        var items = asked.Items("line_items").Select((item, at) => CheckoutItem.Read(item, at, account)).ToList();
        if (!items.Exists(item => item.Price["recurring"] is not null))
            throw StripeFailure.Refused(
                "You must provide at least one recurring price in `subscription` mode when using prices.", param: "line_items");
        return new CheckoutOrder(
            items,
            asked.Metadata(path: "subscription_data.metadata"),
            asked.Value("subscription_data.description"),
            asked.Integer("subscription_data.trial_end"),
            asked.Integer("subscription_data.trial_period_days"),
            asked.Value("subscription_data.trial_settings.end_behavior.missing_payment_method") ?? "create_invoice");
    }
}

/// <summary>One line of it.</summary>
internal sealed record CheckoutItem(JsonObject Price, long Quantity)
{
    public static CheckoutItem Read(StripeParameters item, int at, StripeAccount account)
    {
        var quantity = item.Integer("quantity") ?? throw StripeFailure.Missing($"line_items[{at}][quantity]");
        if (item.Value("price") is { } id)
            return new(account.Prices.Require(id, $"line_items[{at}][price]", StatusCodes.Status400BadRequest), quantity);
        return item.Node("price_data") is JsonObject inline
            ? new(Prices.Price(new StripeParameters(inline), account.Now), quantity)
            : throw StripeFailure.Missing($"line_items[{at}][price]");
    }
}
