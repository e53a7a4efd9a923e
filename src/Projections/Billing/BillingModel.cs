using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Billing;

public static class BillingModel
{
    public static void AddBilling(this StoreOptions store)
    {
        store.Event<BillingAccountOpened>("billing_account.opened", "fin-10y")
            .Event<StripeCustomerCreated>("billing_account.customer_created", "fin-10y")
            .Event<CheckoutOpened>("billing_account.checkout_opened", "fin-10y")
            .Event<BillingStepFailed>("billing_account.step_failed", "fin-10y");
        store.Projections.Snapshot<BillingAccount>(SnapshotLifecycle.Inline);
    }
}
