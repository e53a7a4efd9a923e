using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Billing;

/// <summary>Finds out whom an event of Stripe's is about, and what has to be looked at again.</summary>
public sealed record SortStripeEvent(string EventId, string TypeCode, string? ObjectId, string? CustomerId);

public static class SortStripeEventHandler
{
    public static async Task<StripeCustomer?> LoadAsync(SortStripeEvent message, IQuerySession session, CancellationToken cancellation) =>
        message.CustomerId is { } customer ? await session.LoadAsync<StripeCustomer>(customer, cancellation) : null;

    public static (Writes, OutgoingMessages) Handle(SortStripeEvent message, StripeCustomer? customer)
    {
        if (customer is not { TenantId: var tenant })
        {
            return (new(), []);
        }

        var messages = new OutgoingMessages();
        if (LookAgain(message, BillingAccount.IdOf(tenant)) is { } look)
        {
            messages.Add(look.WithTenantId(tenant));
        }

        return (new(MartenOps.Store(new StripeEventOf(message.EventId, tenant))), messages);
    }

    /// <summary>
    /// What an event tells is only that something has changed: the thing itself is fetched, so neither order nor repetition matters.
    /// Null for what is of no interest.
    /// </summary>
    private static object? LookAgain(SortStripeEvent told, string account) => told switch
    {
        { TypeCode: "invoice.upcoming" } => null,
        { TypeCode: var type } when type.StartsWith("customer.subscription.", StringComparison.Ordinal) => new SyncSubscription(account),
        { TypeCode: var type, ObjectId: { } id } when type.StartsWith("invoice.", StringComparison.Ordinal) => new SyncInvoice(account, id),
        { TypeCode: var type, ObjectId: { } id } when type.StartsWith("checkout.session.", StringComparison.Ordinal) => new SyncCheckout(account, id),
        { TypeCode: "customer.updated" } => new SyncPaymentMethod(account),
        _ => null,
    };
}

/// <summary>The body of an event of Stripe's has been kept for as long as it may be.</summary>
public sealed record ForgetStripeEvent(string EventId);

public static class ForgetStripeEventHandler
{
    public static IEnumerable<IMartenOp> Handle(ForgetStripeEvent message) =>
        [new DestroyKey(message.EventId), MartenOps.DeleteWhere<StripeEventOf>(told => told.Id == message.EventId)];
}
