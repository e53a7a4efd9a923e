using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class CheckoutSessions
{
    private const long LongestLife = 24 * 60 * 60;

    public static JsonObject Create(StripeCall call)
    {
        var (asked, account) = (call.Parameters, call.Account);
        CheckoutRules.Check(asked, account);
        var isSetup = asked.Value("mode") == "setup";
        var order = isSetup ? null : CheckoutOrder.Read(asked, account);
        var id = RandomId.New("cs_test_", 58);
        var expiresAt = asked.Integer("expires_at") ?? account.Now + LongestLife;
        account.OpenSessions.Enqueue(id, expiresAt);
        if (order is not null)
            account.Orders.Add(id, order);
        return account.CheckoutSessions.Add(new JsonObject
        {
            ["id"] = id,
            ["object"] = "checkout.session",
            ["after_expiration"] = null,
            ["allow_promotion_codes"] = asked.Flag("allow_promotion_codes"),
            ["amount_subtotal"] = order?.Total,
            ["amount_total"] = order?.Total,
            ["automatic_tax"] = new JsonObject
            {
                ["enabled"] = asked.Flag("automatic_tax.enabled") ?? false,
                ["liability"] = null,
                ["provider"] = null,
                ["status"] = null,
            },
            ["billing_address_collection"] = asked.Value("billing_address_collection"),
            ["cancel_url"] = asked.Value("cancel_url"),
            ["client_reference_id"] = asked.Value("client_reference_id"),
            ["client_secret"] = null,
            ["consent"] = null,
            ["created"] = account.Now,
            ["currency"] = order?.Currency ?? asked.Value("currency"),
            ["customer"] = asked.Value("customer"),
            ["customer_account"] = null,
            ["customer_creation"] = isSetup ? asked.Value("customer_creation") : "always",
            ["customer_details"] = null,
            ["customer_email"] = asked.Value("customer_email"),
            ["expires_at"] = expiresAt,
            ["invoice"] = null,
            ["livemode"] = false,
            ["locale"] = asked.Value("locale"),
            ["metadata"] = asked.Metadata(),
            ["mode"] = asked.Value("mode"),
            ["payment_intent"] = null,
            ["payment_link"] = null,
            ["payment_method_collection"] = asked.Value("payment_method_collection") ?? "always",
            ["payment_method_types"] = new JsonArray("card"),
            ["payment_status"] = isSetup ? "no_payment_required" : "unpaid",
            ["recovered_from"] = null,
            ["setup_intent"] = isSetup ? SetupIntent(asked, account)["id"]!.GetValue<string>() : null,
            ["status"] = "open",
            ["submit_type"] = null,
            ["subscription"] = null,
            ["success_url"] = asked.Value("success_url"),
            ["ui_mode"] = "hosted_page",
            ["url"] = $"{call.BaseUrl}/c/pay/{id}",
        });
    }

    public static JsonObject Get(StripeCall call) => call.Account.CheckoutSessions.Require(call.Id, "session");

    public static JsonObject List(StripeCall call)
    {
        var asked = call.Parameters;
        var (customer, status, subscription) = (asked.Value("customer"), asked.Value("status"), asked.Value("subscription"));
        var email = asked.Value("customer_details.email");
        return call.Account.CheckoutSessions.List(asked, session =>
            (customer is null || (string?)session["customer"] == customer)
            && (status is null || (string?)session["status"] == status)
            && (subscription is null || (string?)session["subscription"] == subscription)
            && (email is null || (string?)session["customer_details"]?["email"] == email));
    }

    public static JsonObject Expire(StripeCall call)
    {
        var session = Get(call);
        if ((string?)session["status"] != "open")
        {
            throw StripeFailure.Refused("Only Checkout Sessions with a status in [\"open\"] can be expired. "
                + $"This Checkout Session has a status of {session["status"]}.", param: "session");
        }
        End(session, call.Account, call.Cause);
        return session;
    }

    /// <summary>Expires what has outlived its time, as Stripe does on its own.</summary>
    public static void ExpireDue(StripeAccount account)
    {
        while (account.OpenSessions.TryPeek(out var id, out var due) && due <= account.Now)
        {
            account.OpenSessions.Dequeue();
            if (account.CheckoutSessions.Find(id) is { } session && (string?)session["status"] == "open")
                End(session, account, Cause.None);
        }
    }

    private static void End(JsonObject session, StripeAccount account, Cause cause)
    {
        session["status"] = "expired";
        session["url"] = null;
        account.Orders.Remove(session["id"]!.GetValue<string>());
        if ((string?)session["setup_intent"] is { } intent)
            account.SetupIntents.Require(intent)["status"] = "canceled";
        account.Record("checkout.session.expired", session, cause);
    }

    private static JsonObject SetupIntent(StripeParameters asked, StripeAccount account)
    {
        var id = RandomId.New("seti_1", 23);
        return account.SetupIntents.Add(new JsonObject
        {
            ["id"] = id,
            ["object"] = "setup_intent",
            ["application"] = null,
            ["cancellation_reason"] = null,
            ["client_secret"] = RandomId.New($"{id}_secret_", 14),
            ["created"] = account.Now,
            ["customer"] = asked.Value("customer"),
            ["description"] = asked.Value("setup_intent_data.description"),
            ["last_setup_error"] = null,
            ["latest_attempt"] = null,
            ["livemode"] = false,
            ["mandate"] = null,
            ["metadata"] = asked.Metadata(path: "setup_intent_data.metadata"),
            ["next_action"] = null,
            ["payment_method"] = null,
            ["payment_method_types"] = new JsonArray("card"),
            ["status"] = "requires_payment_method",
            ["usage"] = "off_session",
        });
    }
}
