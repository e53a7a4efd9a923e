using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>What the customer fills in on the hosted page.</summary>
internal sealed record CompleteCheckout(string? Email = null, string? Name = null, string Brand = "visa", string Last4 = "4242");

/// <summary>The customer finishes the hosted page.</summary>
internal static class CheckoutCompletion
{
    public static JsonObject Complete(StripeAccount account, string id, CompleteCheckout filledIn)
    {
        CheckoutSessions.ExpireDue(account);
        var session = account.CheckoutSessions.Require(id, "session");
        if ((string?)session["status"] != "open")
            throw StripeFailure.Refused($"This Checkout Session has a status of {session["status"]}.", param: "session");
        var email = filledIn.Email ?? (string?)session["customer_email"] ?? EmailOnFile(session, account);
        var customer = (string?)session["customer"] ?? NewCustomer(session, account, email, filledIn.Name);
        var method = PaymentMethod(account, customer, email, filledIn);
        session["customer"] = customer;
        session["customer_details"] = new JsonObject
        {
            ["address"] = null,
            ["email"] = email,
            ["name"] = filledIn.Name,
            ["phone"] = null,
            ["tax_exempt"] = "none",
            ["tax_ids"] = new JsonArray(),
        };
        session["status"] = "complete";
        session["url"] = null;
        if ((string?)session["setup_intent"] is { } intent)
            SetUp(account, account.SetupIntents.Require(intent), customer, method);
        else
            Subscribe(account, session, customer!, method);
        account.Record("checkout.session.completed", session, Cause.None);
        return session;
    }

    private static void SetUp(StripeAccount account, JsonObject intent, string? customer, string method)
    {
        intent["customer"] = customer;
        intent["payment_method"] = method;
        intent["status"] = "succeeded";
        account.Record("setup_intent.succeeded", intent, Cause.None);
    }

    private static void Subscribe(StripeAccount account, JsonObject session, string customer, string method)
    {
        account.Orders.Remove(session["id"]!.GetValue<string>(), out var order);
        var subscription = Subscriptions.Start(order!, customer, method, account);
        session["subscription"] = subscription["id"]!.GetValue<string>();
        session["payment_status"] = order!.Total == 0 ? "no_payment_required" : "paid";
        account.Record("customer.subscription.created", subscription, Cause.None);
    }

    private static string? EmailOnFile(JsonObject session, StripeAccount account) =>
        (string?)session["customer"] is { } customer ? (string?)account.Customers.Find(customer)?["email"] : null;

    private static string? NewCustomer(JsonObject session, StripeAccount account, string? email, string? name)
    {
        if ((string?)session["customer_creation"] != "always")
            return null;
        var asked = new JsonObject();
        if (email is not null)
            asked["email"] = email;
        if (name is not null)
            asked["name"] = name;
        return (string?)Customers.Create(new StripeCall(account, new StripeParameters(asked), "", Cause.None, ""))["id"];
    }

    private static string PaymentMethod(StripeAccount account, string? customer, string? email, CompleteCheckout filledIn)
    {
        var id = RandomId.New("pm_1", 23);
        var method = account.PaymentMethods.Add(new JsonObject
        {
            ["id"] = id,
            ["object"] = "payment_method",
            ["allow_redisplay"] = "limited",
            ["billing_details"] = new JsonObject
            {
                ["address"] = null,
                ["email"] = email,
                ["name"] = filledIn.Name,
                ["phone"] = null,
                ["tax_id"] = null,
            },
            ["card"] = new JsonObject
            {
                ["brand"] = filledIn.Brand,
                ["country"] = "DE",
                ["display_brand"] = filledIn.Brand,
                ["exp_month"] = 12,
                ["exp_year"] = 2034,
                ["fingerprint"] = RandomId.New("", 16),
                ["funding"] = "credit",
                ["last4"] = filledIn.Last4,
            },
            ["created"] = account.Now,
            ["customer"] = customer,
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["type"] = "card",
        });
        if (customer is not null)
            account.Record("payment_method.attached", method, Cause.None);
        return id;
    }
}
