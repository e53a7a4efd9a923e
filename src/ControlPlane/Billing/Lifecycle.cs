using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Billing;

/// <summary>What a purge does about payments: the provider forgets the customer; what the law asks to keep stays in the history.</summary>
public sealed class Lifecycle(Payments payments) : AreaLifecycle
{
    public override IReadOnlyList<PurgeStep> Purge =>
    [
        new("billing.stripe_customer", PurgePhase.Providers, DeleteCustomerAsync),
        new("billing.account", PurgePhase.ReadModels, async (session, cancellation) => StepResult.Done(await session.EraseAsync<BillingAccount>(cancellation))),
    ];

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
