using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>How a customer's payment method behaves.</summary>
public enum CardBehavior
{
    Ok,
    Decline,
    RequiresAction,
}

/// <summary>What came of asking a customer's payment method for money.</summary>
internal sealed record Charging(bool IsPaid, StripeFailure? Failure)
{
    public static Charging Try(StripeAccount account, JsonObject subscription, long amount)
    {
        var customer = account.Customers.Find(subscription["customer"]!.GetValue<string>())!;
        var method = (string?)subscription["default_payment_method"] ?? (string?)customer["invoice_settings"]!["default_payment_method"];
        return amount + customer["balance"]!.GetValue<long>() <= 0 ? new(true, null)
            : method is null ? new(false, StripeFailure.Refused("This customer has no attached payment source or default payment method.", "resource_missing"))
            : account.BehaviorOf((string)customer["id"]!) switch
            {
                CardBehavior.Ok => new(true, null),
                CardBehavior.Decline => new(false, StripeFailure.Declined("Your card was declined.", "card_declined")),
                _ => new(false, StripeFailure.Declined(
                    "Payment for this subscription requires additional user action before it can be completed successfully.", "subscription_payment_intent_requires_action")),
            };
    }

    public void RefuseIf(bool mustBePaid)
    {
        if (mustBePaid && Failure is not null)
            throw Failure;
    }
}
