using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Billing;

/// <summary>What the payment provider knows of a tenant, as far as decisions need it.</summary>
/// <param name="Id">The stream: <c>{tenant}~billing</c>.</param>
/// <param name="PrincipalId">The owner, who pays.</param>
/// <param name="OfferRef">What the tenant came for, as <c>catalog@version#offer</c>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="OpenedBy">The event that opened the account; keys of calls to the provider derive from it.</param>
public sealed record BillingAccount(string Id, string PrincipalId, string OfferRef, string Currency, Guid OpenedBy) : IRevisioned
{
    public int Version { get; set; }

    public string? CustomerId { get; init; }

    public Guid? CustomerCreatedBy { get; init; }

    public string? CheckoutSessionId { get; init; }

    public DateTimeOffset? CheckoutExpiresAt { get; init; }

    /// <summary>The step that will not pass by itself.</summary>
    public BillingStep? Failed { get; init; }

    public static string IdOf(string tenantId) => $"{tenantId}~billing";

    public static BillingAccount Create(IEvent<BillingAccountOpened> e) =>
        new(e.StreamKey!, e.Data.PrincipalId, e.Data.OfferRef, e.Data.Currency, e.Id);

    public BillingAccount Apply(IEvent<StripeCustomerCreated> e) => this with { CustomerId = e.Data.CustomerId, CustomerCreatedBy = e.Id, Failed = null };

    public BillingAccount Apply(CheckoutOpened e) =>
        this with { CheckoutSessionId = e.SessionId, CheckoutExpiresAt = e.ExpiresAt, Failed = null };

    public BillingAccount Apply(BillingStepFailed e) => this with { Failed = e.Step };
}
