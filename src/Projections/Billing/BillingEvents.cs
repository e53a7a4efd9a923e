using ControlPlane.Sealing;

namespace ControlPlane.Billing;

public sealed record BillingAccountOpened(string PrincipalId, string OfferRef, string Currency);
public sealed record StripeCustomerCreated(string CustomerId);
public sealed record CheckoutOpened(string SessionId, DateTimeOffset ExpiresAt);
public sealed record BillingStepFailed(BillingStep Step, string Reason);
public sealed record PaymentMethodKept(string MethodId, Personal Card);
public sealed record SubscriptionChanged(string SubscriptionId, SubscriptionStatus Status, IReadOnlyList<SubscribedItem> Items);
public sealed record StandingChanged(Standing Standing, DateTimeOffset Since, DateTimeOffset? GraceEndsAt);
public sealed record InvoiceChanged(Invoice Invoice);

/// <summary>What is done at the payment provider before the first payment.</summary>
public enum BillingStep
{
    Customer,
    Checkout,
    PaymentMethod,
}

/// <summary>How a subscription stands at Stripe.</summary>
public enum SubscriptionStatus
{
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    PastDue,
    Unpaid,
    Paused,
    Canceled,
}

/// <summary>How a tenant stands with what it owes.</summary>
public enum Standing
{
    /// <summary>All that is due is paid.</summary>
    Good,

    /// <summary>A payment has failed and is tried again; everything runs until the grace is over.</summary>
    PastDue,

    /// <summary>It was not paid: what was paid for stands still.</summary>
    Unpaid,
}

/// <summary>What is paid for one instance.</summary>
/// <param name="ItemId">The subscription's item at Stripe.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="PriceId">The price at Stripe.</param>
/// <param name="PeriodStart">Since when the current period runs.</param>
/// <param name="PeriodEnd">Until when it is paid for.</param>
public sealed record SubscribedItem(string ItemId, string? InstanceId, string PriceId, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd);

/// <summary>An invoice as Stripe has it.</summary>
/// <param name="Id">Stripe's id.</param>
/// <param name="NumberCode">The number that stands on it; absent on a draft.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Subtotal">Before tax, in minor units.</param>
/// <param name="Tax">The tax, in minor units.</param>
/// <param name="Total">With tax, in minor units.</param>
/// <param name="AmountDue">What is left to be paid, in minor units.</param>
/// <param name="PeriodStart">What it charges for: from here.</param>
/// <param name="PeriodEnd">What it charges for: to here.</param>
/// <param name="IssuedAt">When it was issued; absent on a draft.</param>
/// <param name="DueAt">When it has to be paid.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Attempts">How often a payment was tried.</param>
/// <param name="NextAttemptAt">When it is tried again.</param>
public sealed record Invoice(
    string Id, string? NumberCode, InvoiceState State, string Currency, long Subtotal, long Tax, long Total, long AmountDue,
    DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd, DateTimeOffset? IssuedAt, DateTimeOffset? DueAt, DateTimeOffset CreatedAt,
    int Attempts, DateTimeOffset? NextAttemptAt);

/// <summary>Where an invoice stands.</summary>
public enum InvoiceState
{
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}
