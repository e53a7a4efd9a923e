namespace ControlPlane.Billing;

public sealed record BillingAccountOpened(string PrincipalId, string OfferRef, string Currency);
public sealed record StripeCustomerCreated(string CustomerId);
public sealed record CheckoutOpened(string SessionId, DateTimeOffset ExpiresAt);
public sealed record BillingStepFailed(BillingStep Step, string Reason);

/// <summary>What is done at the payment provider before the first payment.</summary>
public enum BillingStep
{
    Customer,
    Checkout,
}
