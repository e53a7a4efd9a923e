using ControlPlane.AgentInstances;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Billing;

/// <summary>The tenant's subscription may have changed at Stripe.</summary>
public sealed record SyncSubscription(string BillingAccountId);

/// <summary>An invoice may have changed at Stripe.</summary>
public sealed record SyncInvoice(string BillingAccountId, string InvoiceId);

/// <summary>A hosted page was finished, or its time is over.</summary>
public sealed record SyncCheckout(string BillingAccountId, string SessionId);

/// <summary>What is charged may have changed at Stripe.</summary>
public sealed record SyncPaymentMethod(string BillingAccountId);

/// <remarks>
/// The account is loaded before Stripe is asked and appended to at that version: of two who look at the same time, the one whose
/// picture may be older writes nothing and looks again.
/// </remarks>
public static class SyncSubscriptionHandler
{
    public static async Task<(SubscriptionChanged?, StandingChanged?, OutgoingMessages)> Handle(
        SyncSubscription message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, CatalogStore catalog, TimeProvider time,
        CancellationToken cancellation)
    {
        if (account.CustomerId is not { } customer
            || await payments.FindSubscriptionAsync(customer, account.Subscription?.SubscriptionId, cancellation) is not { } found)
        {
            return (null, null, []);
        }

        var (seen, terms) = (StripeReading.Read(found), await session.TermsAsync(catalog, cancellation));
        var standing = Standings.After(account, seen, terms, time.GetUtcNow());
        var changed = StripeReading.Same(account.Subscription, seen) ? null : seen;
        return (changed, standing, changed is null && standing is null ? [] : Standings.Following(account.Id, standing, terms));
    }
}

public static class SyncInvoiceHandler
{
    public static async Task<(InvoiceChanged?, OutgoingMessages)> Handle(
        SyncInvoice message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, CancellationToken cancellation)
    {
        var known = await session.LoadAsync<InvoiceCard>(message.InvoiceId, cancellation);
        if (await payments.FindInvoiceAsync(message.InvoiceId, cancellation) is not { } found || found.CustomerId != account.CustomerId)
        {
            return (null, []);
        }

        var seen = StripeReading.Read(found);
        return (seen == known?.Invoice ? null : new(seen), [new SyncSubscription(account.Id)]);
    }
}

public static class SyncCheckoutHandler
{
    public static async Task<(PaymentMethodKept?, BillingStepFailed?, OutgoingMessages)> Handle(
        SyncCheckout message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, CancellationToken cancellation)
    {
        if (account.CustomerId is not { } customer || await payments.FindPageAsync(message.SessionId, cancellation) is not { } page || page.CustomerId != customer
            || page is not { Status: "complete", SetupIntent.PaymentMethod: { } method } || method.Id == account.PaymentMethodId)
        {
            return (null, null, []);
        }

        try
        {
            await payments.UseAsync($"{account.Id}:use:{message.SessionId}", customer, method.Id, cancellation);
            return (new(method.Id, Cards.Of(method)), null, await session.WaitingAsync(cancellation));
        }
        catch (PaymentRefusedException refused)
        {
            return (null, new(BillingStep.PaymentMethod, refused.Message), []);
        }
    }
}

public static class SyncPaymentMethodHandler
{
    public static async Task<(PaymentMethodKept?, OutgoingMessages)> Handle(
        SyncPaymentMethod message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, CancellationToken cancellation) =>
        account.CustomerId is { } customer
        && (await payments.FindCustomerAsync(customer, cancellation))?.InvoiceSettings?.DefaultPaymentMethod is { } method && method.Id != account.PaymentMethodId
            ? (new(method.Id, Cards.Of(method)), await session.WaitingAsync(cancellation))
            : (null, []);
}

internal static class Waiting
{
    /// <summary>What has waited for something to charge.</summary>
    public static async Task<OutgoingMessages> WaitingAsync(this IQuerySession session, CancellationToken cancellation) =>
        [.. (await session.Query<InstanceCard>().Where(card => card.State == InstanceState.Converting).Select(card => card.Id).ToListAsync(cancellation))
            .Select(id => new CarryOutConversion(id))];
}
