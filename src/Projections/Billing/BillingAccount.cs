using System.Collections.Immutable;
using ControlPlane.Sealing;
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

    /// <summary>What is charged; null before there is anything to charge.</summary>
    public string? PaymentMethodId { get; init; }

    /// <summary>Brand, last digits and end of the card, as JSON.</summary>
    public Personal? Card { get; init; }

    /// <summary>What is subscribed to, as last seen at Stripe.</summary>
    public SubscriptionChanged? Subscription { get; init; }

    /// <summary>How the tenant stands; null before it was ever charged.</summary>
    public StandingChanged? Standing { get; init; }

    public static string IdOf(string tenantId) => $"{tenantId}~billing";

    /// <summary>The instances that were paid for and are not any more.</summary>
    public ImmutableHashSet<string> LapsedIds { get; init; } = [];

    /// <summary>Whether an instance that was bought may run.</summary>
    public bool PaysFor(string instanceId) => Standing is not { Standing: Billing.Standing.Unpaid } && !LapsedIds.Contains(instanceId);

    public SubscribedItem? ItemOf(string instanceId) => Subscription?.Items.FirstOrDefault(item => item.InstanceId == instanceId);

    public static BillingAccount Create(IEvent<BillingAccountOpened> e) =>
        new(e.StreamKey!, e.Data.PrincipalId, e.Data.OfferRef, e.Data.Currency, e.Id);

    public BillingAccount Apply(IEvent<StripeCustomerCreated> e) => this with { CustomerId = e.Data.CustomerId, CustomerCreatedBy = e.Id, Failed = null };

    public BillingAccount Apply(CheckoutOpened e) =>
        this with { CheckoutSessionId = e.SessionId, CheckoutExpiresAt = e.ExpiresAt, Failed = null };

    public BillingAccount Apply(BillingStepFailed e) => this with { Failed = e.Step };

    public BillingAccount Apply(PaymentMethodKept e) => this with { PaymentMethodId = e.MethodId, Card = e.Card, Failed = null };

    public BillingAccount Apply(SubscriptionChanged e)
    {
        var isOver = e.Status is SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired;
        var paid = isOver ? [] : PaidBy(e);
        return this with { Subscription = e, LapsedIds = [.. LapsedIds.Concat(PaidBy(Subscription)).Concat(PaidBy(e)).Except(paid)] };
    }

    public BillingAccount Apply(StandingChanged e) => this with { Standing = e };

    private static IEnumerable<string> PaidBy(SubscriptionChanged? subscription) =>
        subscription?.Items.Where(item => item.InstanceId is not null).Select(item => item.InstanceId!) ?? [];
}
