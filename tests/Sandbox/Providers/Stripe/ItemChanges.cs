using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>One change of a subscription's items: from nothing, to nothing, or from one price to another.</summary>
internal sealed record ItemChange(JsonObject? Before, SubscribedItem? After, JsonObject Metadata);

/// <summary>What is to become of a subscription's items, and what that costs.</summary>
internal sealed record ItemChanges(IReadOnlyList<ItemChange> All)
{
    public static ItemChanges Read(StripeParameters asked, string path, JsonObject held, StripeAccount account) => new(
    [
        .. asked.Items(path).Select((item, at) =>
        {
            if (item.Value("id") is not { } id)
                return new ItemChange(null, SubscribedItem.Read(item, $"{path}[{at}]", account), item.Metadata());
            var before = Subscriptions.Items(held).FirstOrDefault(each => (string?)each["id"] == id) ?? throw StripeFailure.NoSuch("subscription_item", id, $"{path}[{at}][id]");
            if (item.Flag("deleted") == true)
                return new ItemChange(before, null, []);
            var price = item.Value("price") is { } named ? account.Prices.Require(named, $"{path}[{at}][price]", StatusCodes.Status400BadRequest) : (JsonObject)before["price"]!;
            var metadata = item.Metadata((JsonObject?)before["metadata"]);
            return new ItemChange(before, new(price, item.Integer("quantity") ?? before["quantity"]!.GetValue<long>(), metadata), metadata);
        }),
    ]);

    /// <summary>Credits for what is left of the old, charges for what is left of the new, from a moment to the end of the period.</summary>
    public IReadOnlyList<InvoiceLine> Prorations(JsonObject held, long at)
    {
        var first = Subscriptions.Items(held).First();
        var (start, end) = (first["current_period_start"]!.GetValue<long>(), first["current_period_end"]!.GetValue<long>());
        return
        [
            .. All.Where(change => change.Before is null || change.After is null || !IsSame(change)).SelectMany(change => new[]
            {
                change.Before is { } before ? InvoiceLine.Rest((JsonObject)before["price"]!, before["quantity"]!.GetValue<long>(), (string?)before["id"], -1, start, end, at) : null,
                change.After is { } after ? InvoiceLine.Rest(after.Price, after.Quantity, (string?)change.Before?["id"], 1, start, end, at) : null,
            }).OfType<InvoiceLine>(),
        ];
    }

    /// <summary>Makes the changes, charging for them as asked; gives the last item that is there.</summary>
    public JsonObject Apply(StripeAccount account, JsonObject held, StripeParameters asked, Cause cause)
    {
        var now = account.Now;
        Subscriptions.CheckAlike(Subscriptions.Items(held).Where(item => All.All(change => change.Before != item)).Select(item => (JsonObject)item["price"]!)
            .Concat(All.Select(change => change.After?.Price).OfType<JsonObject>()));
        var at = asked.Integer("proration_date") ?? now;
        var behavior = asked.Value("proration_behavior") ?? "create_prorations";
        var lines = behavior == "none" || (string?)held["status"] == "trialing" ? [] : Prorations(held, at);
        if (behavior == "always_invoice" && lines.Count > 0)
            Charging.Try(account, held, lines.Sum(line => line.Amount)).RefuseIf(asked.Value("payment_behavior") == "error_if_incomplete");
        var last = new JsonObject();
        var items = (JsonArray)held["items"]!["data"]!;
        var (start, end) = (items[0]!["current_period_start"]!.GetValue<long>(), items[0]!["current_period_end"]!.GetValue<long>());
        foreach (var change in All)
        {
            if (change.After is { } after)
            {
                var item = change.Before ?? after.Make(held["id"]!.GetValue<string>(), null, now);
                (item["price"], item["quantity"], item["metadata"]) = (after.Price.DeepClone(), after.Quantity, change.Metadata.DeepClone());
                (item["current_period_start"], item["current_period_end"]) = (start, end);
                if (change.Before is null)
                    items.Add(item);
                last = item;
            }
            else
            {
                items.Remove(change.Before);
            }
        }
        if (behavior == "always_invoice" && lines.Count > 0)
            held["latest_invoice"] = Invoicing.Issue(account, held, lines, "subscription_update", now, isCharged: true, cause)["id"]!.GetValue<string>();
        else if (lines.Count > 0)
            account.PendingLines(held["id"]!.GetValue<string>()).AddRange(lines);
        return last;
    }

    private static bool IsSame(ItemChange change) =>
        (string?)change.Before!["price"]!["id"] == (string?)change.After!.Price["id"] && change.Before["quantity"]!.GetValue<long>() == change.After.Quantity;
}

internal static class Differences
{
    /// <summary>What an object's fields were before, as <c>previous_attributes</c> tells it.</summary>
    public static JsonObject Between(JsonObject before, JsonObject after)
    {
        var told = new JsonObject();
        foreach (var (name, value) in before)
        {
            if (!JsonNode.DeepEquals(value, after[name]))
                told[name] = value?.DeepClone();
        }
        return told;
    }
}
