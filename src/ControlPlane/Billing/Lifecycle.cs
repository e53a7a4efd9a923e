using ControlPlane.Sealing;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Billing;

/// <summary>What a purge does about payments: the provider forgets the customer; what the law asks to keep stays in the history.</summary>
public sealed class Lifecycle(Payments payments, KeyRing ring) : AreaLifecycle
{
    public override IReadOnlyList<PurgeStep> Purge =>
    [
        new("billing.stripe_customer", PurgePhase.Providers, DeleteCustomerAsync),
        new("billing.account", PurgePhase.ReadModels, async (session, cancellation) => StepResult.Done(
            await session.EraseAsync<BillingAccount>(cancellation)
            + await session.EraseAsync<InvoiceCard>(cancellation))),
        new("billing.stripe_events", PurgePhase.LookUps, ForgetEventsAsync),
    ];

    // What Stripe told of the tenant stands with the platform.
    private async Task<StepResult> ForgetEventsAsync(IDocumentSession session, CancellationToken cancellation)
    {
        var told = await session.Query<StripeEventOf>().Where(each => each.TenantId == session.TenantId).ToListAsync(cancellation);
        foreach (var each in told)
        {
            await ring.DestroyAsync(Tenant.Platform, each.Id, cancellation);
        }

        return StepResult.Done(await session.EraseSharedAsync<StripeEventOf>(cancellation) + await session.EraseSharedAsync<StripeCustomer>(cancellation));
    }

    private async Task<StepResult> DeleteCustomerAsync(IDocumentSession session, CancellationToken cancellation)
    {
        if (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation) is not { CustomerId: { } customer })
        {
            return StepResult.Done(0);
        }

        await payments.DeleteCustomerAsync(customer, cancellation);
        return StepResult.Done(1);
    }
}
