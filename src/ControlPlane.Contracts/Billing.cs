namespace ControlPlane.Contracts;

/// <summary>What a tenant subscribes to, or how the subscription stands, changed.</summary>
/// <param name="BillingAccountId">Id of the tenant's billing account.</param>
/// <param name="Status"><c>incomplete</c>, <c>incomplete_expired</c>, <c>trialing</c>, <c>active</c>, <c>past_due</c>, <c>unpaid</c>, <c>paused</c> or <c>canceled</c>.</param>
/// <param name="InstanceIds">The instances that it pays for.</param>
[IntegrationEvent("billing", "subscription_changed")]
public sealed record SubscriptionChanged(string BillingAccountId, string Status, IReadOnlyList<string> InstanceIds);

/// <summary>How a tenant stands with what it owes changed.</summary>
/// <param name="BillingAccountId">Id of the tenant's billing account.</param>
/// <param name="Standing"><c>good</c>, <c>past_due</c> or <c>unpaid</c>.</param>
/// <param name="GraceEndsAt">With <c>past_due</c>: until when everything goes on all the same.</param>
[IntegrationEvent("billing", "standing_changed")]
public sealed record StandingChanged(string BillingAccountId, string Standing, DateTimeOffset? GraceEndsAt);

/// <summary>An invoice was paid.</summary>
/// <param name="BillingAccountId">Id of the tenant's billing account.</param>
/// <param name="InvoiceId">The payment provider's id of the invoice.</param>
/// <param name="Total">What it came to with tax, in minor units.</param>
/// <param name="Currency">The currency, as ISO 4217.</param>
[IntegrationEvent("billing", "invoice_paid")]
public sealed record InvoicePaid(string BillingAccountId, string InvoiceId, long Total, string Currency);

/// <summary>A payment of an invoice failed.</summary>
/// <param name="BillingAccountId">Id of the tenant's billing account.</param>
/// <param name="InvoiceId">The payment provider's id of the invoice.</param>
/// <param name="AmountDue">What is left to be paid, in minor units.</param>
/// <param name="Currency">The currency, as ISO 4217.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAttemptAt">When it is tried again; absent where it is not.</param>
[IntegrationEvent("billing", "invoice_payment_failed")]
public sealed record InvoicePaymentFailed(string BillingAccountId, string InvoiceId, long AmountDue, string Currency, int Attempts, DateTimeOffset? NextAttemptAt);
