using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class Subscriptions
{
    private static readonly string[] Ended = ["canceled", "incomplete_expired"];

    public static JsonObject Get(StripeCall call) => call.Account.Subscriptions.Require(call.Id);

    public static JsonObject List(StripeCall call)
    {
        var asked = call.Parameters;
        var (customer, status, price) = (asked.Value("customer"), asked.Value("status"), asked.Value("price"));
        return call.Account.Subscriptions.List(asked, each =>
            (customer is null || (string?)each["customer"] == customer)
            && (price is null || Items(each).Any(item => (string?)item["price"]!["id"] == price))
            && (status switch
            {
                null => !Ended.Contains((string?)each["status"]),
                "all" => true,
                "ended" => Ended.Contains((string?)each["status"]),
                _ => (string?)each["status"] == status,
            }));
    }

    public static JsonObject Create(StripeCall call)
    {
        var (asked, account) = (call.Parameters, call.Account);
        var customer = account.LivingCustomer(asked.Require("customer"), "customer");
        var items = asked.Items("items").Select((item, at) => SubscribedItem.Read(item, $"items[{at}]", account)).ToList();
        if (items.Count == 0)
            throw StripeFailure.Missing("items");
        CheckAlike(items.Select(item => item.Price));
        var method = asked.Value("default_payment_method");
        if (method is not null)
            account.PaymentMethods.Require(method, "default_payment_method", StatusCodes.Status400BadRequest);
        var (id, now) = (RandomId.New("sub_1", 23), account.Now);
        var trialEnd = asked.Integer("trial_end") ?? now + asked.Integer("trial_period_days") * 86_400;
        var made = Of(
            id, customer["id"]!.GetValue<string>(), method, [.. items.Select(item => item.Make(id, trialEnd, now))], asked.Metadata(), asked.Value("description"), trialEnd, now,
            asked.Value("trial_settings.end_behavior.missing_payment_method") ?? "create_invoice");
        made["cancel_at_period_end"] = asked.Flag("cancel_at_period_end") ?? false;
        if (trialEnd is null)
        {
            var lines = Items(made).Select(InvoiceLine.Whole).ToList();
            var outcome = Charging.Try(account, made, lines.Sum(line => line.Amount));
            outcome.RefuseIf(asked.Value("payment_behavior") == "error_if_incomplete");
            made["status"] = outcome.IsPaid && asked.Value("payment_behavior") != "default_incomplete" ? "active" : "incomplete";
            account.Subscriptions.Add(made);
            account.Record("customer.subscription.created", made, call.Cause);
            made["latest_invoice"] = Invoicing.Issue(account, made, lines, "subscription_create", now, (string?)made["status"] == "active", call.Cause)["id"]!.GetValue<string>();
            return made;
        }

        account.Subscriptions.Add(made);
        account.Record("customer.subscription.created", made, call.Cause);
        return made;
    }

    public static JsonObject Update(StripeCall call)
    {
        var (asked, account) = (call.Parameters, call.Account);
        var held = Living(account, call.Id);
        var before = (JsonObject)held.DeepClone();
        ItemChanges.Read(asked, "items", held, account).Apply(account, held, asked, call.Cause);
        foreach (var field in new[] { "default_payment_method", "description" }.Where(asked.Has))
            held[field] = asked.Value(field);
        if (asked.Flag("cancel_at_period_end") is { } atEnd)
        {
            held["cancel_at_period_end"] = atEnd;
            held["cancel_at"] = atEnd ? PeriodEnd(held) : null;
            held["canceled_at"] = atEnd ? account.Now : null;
        }
        held["metadata"] = asked.Metadata((JsonObject?)held["metadata"]);
        account.Record("customer.subscription.updated", held, call.Cause, Differences.Between(before, held));
        return held;
    }

    public static JsonObject Cancel(StripeCall call) => End(call.Account, Living(call.Account, call.Id), call.Cause, call.Account.Now);

    public static JsonObject End(StripeAccount account, JsonObject held, Cause cause, long at)
    {
        held["status"] = "canceled";
        (held["canceled_at"], held["ended_at"]) = (at, at);
        account.Record("customer.subscription.deleted", held, cause);
        return held;
    }

    /// <summary>One that can still change.</summary>
    public static JsonObject Living(StripeAccount account, string id, string param = "id", int status = StatusCodes.Status404NotFound)
    {
        var held = account.Subscriptions.Require(id, param, status);
        return Ended.Contains((string?)held["status"]) ? throw StripeFailure.NoSuch("subscription", id, param, status) : held;
    }

    public static bool IsLiving(JsonObject held) => !Ended.Contains((string?)held["status"]);

    public static IEnumerable<JsonObject> Items(JsonObject subscription) => ((JsonArray)subscription["items"]!["data"]!).Select(item => item!.AsObject());

    public static long PeriodEnd(JsonObject subscription) => Items(subscription).Min(item => item["current_period_end"]!.GetValue<long>());

    /// <summary>Items of one subscription are charged together.</summary>
    public static void CheckAlike(IEnumerable<JsonObject> prices)
    {
        if (prices.Any(price => price["recurring"] is null))
            throw StripeFailure.Refused("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.", param: "items");
        if (prices.Select(price => (string?)price["currency"]).Distinct().Count() > 1)
            throw StripeFailure.Refused("The price specified only supports one currency.", param: "items");
        if (prices.Select(price => price["recurring"]!.ToJsonString()).Distinct().Count() > 1)
            throw StripeFailure.Refused("Currently, all prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`.", param: "items");
    }

    public static JsonObject Start(CheckoutOrder order, string customer, string paymentMethod, StripeAccount account)
    {
        var (id, now) = (RandomId.New("sub_1", 23), account.Now);
        var trialEnd = order.TrialEndFrom(now);
        return account.Subscriptions.Add(Of(
            id, customer, paymentMethod,
            [.. order.Items.Where(item => item.Price["recurring"] is not null).Select(item => new SubscribedItem(item.Price, item.Quantity, []).Make(id, trialEnd, now))],
            (JsonObject)order.Metadata.DeepClone(), order.Description, trialEnd, now, order.MissingPaymentMethod));
    }

    private static JsonObject Of(
        string id, string customer, string? method, IReadOnlyList<JsonObject> items, JsonObject metadata, string? description, long? trialEnd, long now, string missingPaymentMethod) => new()
    {
        ["id"] = id,
        ["object"] = "subscription",
        ["billing_cycle_anchor"] = trialEnd ?? now,
        ["cancel_at"] = null,
        ["cancel_at_period_end"] = false,
        ["canceled_at"] = null,
        ["collection_method"] = "charge_automatically",
        ["created"] = now,
        ["currency"] = items[0]["price"]!["currency"]!.GetValue<string>(),
        ["customer"] = customer,
        ["default_payment_method"] = method,
        ["description"] = description,
        ["ended_at"] = null,
        ["items"] = new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. items]),
            ["has_more"] = false,
            ["url"] = $"/v1/subscription_items?subscription={id}",
        },
        ["latest_invoice"] = null,
        ["livemode"] = false,
        ["metadata"] = metadata,
        ["pending_update"] = null,
        ["schedule"] = null,
        ["start_date"] = now,
        ["status"] = trialEnd is not null ? "trialing" : "active",
        ["trial_end"] = trialEnd,
        ["trial_settings"] = new JsonObject { ["end_behavior"] = new JsonObject { ["missing_payment_method"] = missingPaymentMethod } },
        ["trial_start"] = trialEnd is not null ? now : null,
    };
}
