using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class Invoices
{
    public static JsonObject Get(StripeCall call) => call.Account.Invoices.Require(call.Id, "invoice");

    public static JsonObject List(StripeCall call)
    {
        var asked = call.Parameters;
        var (customer, status, subscription) = (asked.Value("customer"), asked.Value("status"), asked.Value("subscription"));
        return call.Account.Invoices.List(asked, each =>
            (customer is null || (string?)each["customer"] == customer)
            && (status is null || (string?)each["status"] == status)
            && (subscription is null || (string?)each["parent"]!["subscription_details"]!["subscription"] == subscription));
    }

    public static JsonObject Pay(StripeCall call)
    {
        var invoice = call.Account.Invoices.Require(call.Id, "invoice");
        if ((string?)invoice["status"] != "open")
            throw StripeFailure.Refused("Invoice is already paid", "invoice_already_paid");
        var held = call.Account.Subscriptions.Find((string)invoice["parent"]!["subscription_details"]!["subscription"]!)!;
        Charging.Try(call.Account, held, invoice["amount_remaining"]!.GetValue<long>()).RefuseIf(mustBePaid: true);
        Invoicing.Attempt(call.Account, held, invoice, call.Account.Now, call.Cause);
        Renewals.Recover(call.Account, held, call.Cause);
        return invoice;
    }

    /// <summary>What a change would be charged; nothing is kept.</summary>
    public static JsonObject Preview(StripeCall call)
    {
        var (asked, account) = (call.Parameters, call.Account);
        var held = Subscriptions.Living(account, asked.Require("subscription"), "subscription", StatusCodes.Status400BadRequest);
        if (asked.Value("customer") is { } customer && customer != (string?)held["customer"])
            throw StripeFailure.NoSuch("subscription", (string)held["id"]!, "subscription");
        var changes = ItemChanges.Read(asked, "subscription_details.items", held, account);
        var at = asked.Integer("subscription_details.proration_date") ?? account.Now;
        var behavior = asked.Value("subscription_details.proration_behavior") ?? "create_prorations";
        var lines = behavior == "none" ? [] : changes.Prorations(held, at);
        var preview = Invoicing.Make(
            account, held, account.Customers.Find((string)held["customer"]!)!,
            behavior == "always_invoice" ? lines : [.. account.PendingLines((string)held["id"]!), .. lines, .. Subscriptions.Items(held).Select(Renewals.Next)],
            "upcoming", account.Now);
        preview["id"] = RandomId.New("upcoming_in_1", 23);
        return preview;
    }
}
