using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class Subscriptions
{
    public static JsonObject Get(StripeCall call) => call.Account.Subscriptions.Require(call.Id);

    public static JsonObject Start(CheckoutOrder order, string customer, string paymentMethod, StripeAccount account)
    {
        var (id, now) = (RandomId.New("sub_1", 23), account.Now);
        var trialEnd = order.TrialEndFrom(now);
        return account.Subscriptions.Add(new JsonObject
        {
            ["id"] = id,
            ["object"] = "subscription",
            ["billing_cycle_anchor"] = trialEnd ?? now,
            ["cancel_at"] = null,
            ["cancel_at_period_end"] = false,
            ["canceled_at"] = null,
            ["collection_method"] = "charge_automatically",
            ["created"] = now,
            ["currency"] = order.Currency,
            ["customer"] = customer,
            ["default_payment_method"] = paymentMethod,
            ["description"] = order.Description,
            ["ended_at"] = null,
            ["items"] = new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray(
                    [.. order.Items.Where(item => item.Price["recurring"] is not null).Select(item => Item(item, id, trialEnd, now))]),
                ["has_more"] = false,
                ["url"] = $"/v1/subscription_items?subscription={id}",
            },
            ["latest_invoice"] = null,
            ["livemode"] = false,
            ["metadata"] = order.Metadata.DeepClone(),
            ["pending_update"] = null,
            ["schedule"] = null,
            ["start_date"] = now,
            ["status"] = trialEnd is not null ? "trialing" : "active",
            ["trial_end"] = trialEnd,
            ["trial_settings"] = new JsonObject { ["end_behavior"] = new JsonObject { ["missing_payment_method"] = order.MissingPaymentMethod } },
            ["trial_start"] = trialEnd is not null ? now : null,
        });
    }

    private static JsonObject Item(CheckoutItem item, string subscription, long? trialEnd, long now) => new()
    {
        ["id"] = RandomId.New("si_", 14),
        ["object"] = "subscription_item",
        ["created"] = now,
        ["current_period_end"] = trialEnd ?? PeriodEnd(item.Price["recurring"]!, now),
        ["current_period_start"] = now,
        ["metadata"] = new JsonObject(),
        ["price"] = item.Price.DeepClone(),
        ["quantity"] = item.Quantity,
        ["subscription"] = subscription,
    };

    private static long PeriodEnd(JsonNode recurring, long start)
    {
        var (from, count) = (DateTimeOffset.FromUnixTimeSeconds(start), (int)recurring["interval_count"]!.GetValue<long>());
        var end = (string)recurring["interval"]! switch
        {
            "day" => from.AddDays(count),
            "week" => from.AddDays(7 * count),
            "month" => from.AddMonths(count),
            _ => from.AddYears(count),
        };
        return end.ToUnixTimeSeconds();
    }
}
