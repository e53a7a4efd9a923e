using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>One line of an invoice; the amount in minor units.</summary>
internal sealed record InvoiceLine(long Amount, string Description, long Start, long End, string? Item, bool IsProration, JsonObject Price, long Quantity)
{
    /// <summary>A whole period of an item.</summary>
    public static InvoiceLine Whole(JsonObject item) => new(
        AmountOf((JsonObject)item["price"]!, item["quantity"]!.GetValue<long>()), $"{item["quantity"]} × {NameOf((JsonObject)item["price"]!)}",
        item["current_period_start"]!.GetValue<long>(), item["current_period_end"]!.GetValue<long>(), (string?)item["id"], false, (JsonObject)item["price"]!,
        item["quantity"]!.GetValue<long>());

    /// <summary>What is left of a period, by the second.</summary>
    public static InvoiceLine Rest(JsonObject price, long quantity, string? item, int sign, long start, long end, long at)
    {
        var from = Math.Clamp(at, start, end);
        var amount = (long)Math.Round(AmountOf(price, quantity) * (decimal)(end - from) / (end - start), MidpointRounding.AwayFromZero);
        return new(
            sign * amount, $"{(sign < 0 ? "Unused time" : "Remaining time")} on {quantity} × {NameOf(price)}", from, end, item, true, price, quantity);
    }

    public JsonObject Show(string subscription) => new()
    {
        ["id"] = RandomId.New("il_", 24),
        ["object"] = "line_item",
        ["amount"] = Amount,
        ["currency"] = (string?)Price["currency"],
        ["description"] = Description,
        ["discountable"] = !IsProration,
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["parent"] = new JsonObject
        {
            ["type"] = "subscription_item_details",
            ["subscription_item_details"] = new JsonObject { ["subscription"] = subscription, ["subscription_item"] = Item, ["proration"] = IsProration },
        },
        ["period"] = new JsonObject { ["start"] = Start, ["end"] = End },
        ["pricing"] = new JsonObject
        {
            ["type"] = "price_details",
            ["price_details"] = new JsonObject { ["price"] = (string?)Price["id"], ["product"] = (string?)Price["product"] },
            ["unit_amount_decimal"] = (string?)Price["unit_amount_decimal"],
        },
        ["quantity"] = Quantity,
    };

    private static long AmountOf(JsonObject price, long quantity) => price["unit_amount"]!.GetValue<long>() * quantity;

    private static string NameOf(JsonObject price) => (string?)price["nickname"] ?? (string?)price["lookup_key"] ?? (string)price["id"]!;
}
