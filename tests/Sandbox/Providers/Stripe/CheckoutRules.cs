using System.Text.RegularExpressions;

namespace OutsideWorld.Providers.Stripe;

/// <summary>What Stripe refuses when a Checkout session is asked for.</summary>
internal static partial class CheckoutRules
{
    private static readonly string[] NotInSetup =
        ["line_items", "subscription_data", "payment_intent_data", "discounts", "payment_method_collection", "invoice_creation"];
    private static readonly string[] NotInSubscription =
        ["setup_intent_data", "payment_intent_data", "customer_creation", "invoice_creation", "submit_type"];

    public static void Check(StripeParameters asked, StripeAccount account)
    {
        var mode = asked.Require("mode");
        if (mode == "payment")
            throw StripeFailure.NotImitated("Checkout sessions in payment mode");
        if ((asked.Value("ui_mode") ?? "hosted_page") != "hosted_page")
            throw StripeFailure.NotImitated("any ui_mode but hosted_page");
        CheckUrl("success_url", asked.Require("success_url"));
        if (asked.Value("cancel_url") is { } cancel)
            CheckUrl("cancel_url", cancel);
        CheckMode(asked, mode);
        CheckWho(asked, account);
        CheckExpiry(asked.Integer("expires_at"), account.Now);
        if (asked.Value("client_reference_id") is { Length: > 200 })
            throw StripeFailure.Refused("Invalid string: client_reference_id must be at most 200 characters", param: "client_reference_id");
        if (asked.Value("currency") is { } currency && !Currency().IsMatch(currency))
            throw StripeFailure.Refused($"Invalid currency: {currency}.", param: "currency");
    }

    private static void CheckMode(StripeParameters asked, string mode)
    {
        var forbidden = mode == "setup" ? NotInSetup : NotInSubscription;
        if (Array.Find(forbidden, asked.Has) is { } param)
            throw StripeFailure.Refused($"You can not pass `{param}` in `{mode}` mode.", param: param);
        if (mode == "subscription" && asked.Items("line_items").Count == 0)
            throw StripeFailure.Missing("line_items");
        if (mode == "setup" && asked.Value("currency") is null && asked.Texts("allowed_payment_method_types").Count == 0)
        {
            throw StripeFailure.Refused("You must provide `currency` in `setup` mode when `allowed_payment_method_types` is not set.",
                "parameter_missing", "currency");
        }
    }

    private static void CheckWho(StripeParameters asked, StripeAccount account)
    {
        if (asked.Value("customer") is { } customer)
        {
            if (asked.Value("customer_email") is not null)
                throw StripeFailure.Refused("You may only specify one of these parameters: customer, customer_email.", param: "customer");
            if (asked.Value("customer_creation") is not null)
                throw StripeFailure.Refused("You may only specify one of these parameters: customer, customer_creation.", param: "customer");
            account.LivingCustomer(customer, "customer");
        }
    }

    private static void CheckExpiry(long? expiresAt, long now)
    {
        if (expiresAt < now + 30 * 60)
            throw StripeFailure.Refused("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param: "expires_at");
        if (expiresAt > now + 24 * 60 * 60)
            throw StripeFailure.Refused("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param: "expires_at");
    }

    private static void CheckUrl(string param, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw StripeFailure.Refused("Not a valid URL", "url_invalid", param);
    }

    [GeneratedRegex("^[a-z]{3}$")]
    private static partial Regex Currency();
}
