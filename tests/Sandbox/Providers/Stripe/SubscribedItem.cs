using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>An item that a subscription is to have.</summary>
internal sealed record SubscribedItem(JsonObject Price, long Quantity, JsonObject Metadata)
{
    public static SubscribedItem Read(StripeParameters asked, string at, StripeAccount account) => new(
        account.Prices.Require(asked.Value("price") ?? throw StripeFailure.Missing($"{at}[price]"), $"{at}[price]", StatusCodes.Status400BadRequest),
        asked.Integer("quantity") ?? 1,
        asked.Metadata());

    public JsonObject Make(string subscription, long? trialEnd, long start) => new()
    {
        ["id"] = RandomId.New("si_", 14),
        ["object"] = "subscription_item",
        ["created"] = start,
        ["current_period_end"] = trialEnd ?? Periods.End(Price["recurring"]!, start),
        ["current_period_start"] = start,
        ["metadata"] = Metadata.DeepClone(),
        ["price"] = Price.DeepClone(),
        ["quantity"] = Quantity,
        ["subscription"] = subscription,
    };
}

internal static class Periods
{
    public static long End(JsonNode recurring, long start)
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
