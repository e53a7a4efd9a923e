using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class SubscriptionItems
{
    public static JsonObject Get(StripeCall call) => Find(call).Item;

    public static JsonObject Create(StripeCall call)
    {
        var (asked, account) = (call.Parameters, call.Account);
        var held = Subscriptions.Living(account, asked.Require("subscription"), "subscription", StatusCodes.Status400BadRequest);
        return Changed(call, held, new ItemChanges([new(null, SubscribedItem.Read(asked, "", account), asked.Metadata())]));
    }

    public static JsonObject Update(StripeCall call)
    {
        var (held, item) = Find(call);
        var asked = call.Parameters;
        var price = asked.Value("price") is { } id ? call.Account.Prices.Require(id, "price", StatusCodes.Status400BadRequest) : (JsonObject)item["price"]!;
        var metadata = asked.Metadata((JsonObject?)item["metadata"]);
        return Changed(call, held, new ItemChanges([new(item, new(price, asked.Integer("quantity") ?? item["quantity"]!.GetValue<long>(), metadata), metadata)]));
    }

    public static JsonObject Delete(StripeCall call)
    {
        var (held, item) = Find(call);
        if (Subscriptions.Items(held).Count() == 1)
            throw StripeFailure.Refused("A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on subscriptions.");
        Changed(call, held, new ItemChanges([new(item, null, [])]));
        return new JsonObject { ["id"] = call.Id, ["object"] = "subscription_item", ["deleted"] = true };
    }

    private static JsonObject Changed(StripeCall call, JsonObject held, ItemChanges changes)
    {
        var before = (JsonObject)held.DeepClone();
        var changed = changes.Apply(call.Account, held, call.Parameters, call.Cause);
        call.Account.Record("customer.subscription.updated", held, call.Cause, Differences.Between(before, held));
        return changed;
    }

    private static (JsonObject Subscription, JsonObject Item) Find(StripeCall call)
    {
        foreach (var held in call.Account.Subscriptions.NewestFirst.Where(Subscriptions.IsLiving))
        {
            if (Subscriptions.Items(held).FirstOrDefault(item => (string?)item["id"] == call.Id) is { } item)
                return (held, item);
        }
        throw StripeFailure.NoSuch("subscription_item", call.Id, "id", StatusCodes.Status404NotFound);
    }
}
