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
            .Event<BillingStepFailed>("billing_account.step_failed", "fin-10y")
            .Event<PaymentMethodKept>("billing_account.payment_method_kept", "ops-6m")
            .Event<SubscriptionChanged>("billing_account.subscription_changed", "fin-10y")
            .Event<StandingChanged>("billing_account.standing_changed", "fin-10y")
            .Event<InvoiceChanged>("billing_account.invoice_changed", "fin-10y")
            .Event<StripeEventReceived>("stripe_event.received", "ops-6m");
        store.Projections.Snapshot<BillingAccount>(SnapshotLifecycle.Inline);
        store.Projections.Add<InvoiceCardProjection>(ProjectionLifecycle.Inline);
        store.Schema.For<StripeCustomer>().SingleTenanted();
        store.Schema.For<StripeEventOf>().SingleTenanted().Index(told => told.TenantId);
    }
}
