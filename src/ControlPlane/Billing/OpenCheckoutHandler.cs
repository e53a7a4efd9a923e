using ControlPlane.Hosting;
using Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Billing;

/// <summary>Opens the page on which the owner leaves a payment method.</summary>
public sealed record OpenCheckout(string BillingAccountId);

public static class OpenCheckoutHandler
{
    public static async Task<Wolverine.Marten.Events> Handle(
        OpenCheckout message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, Portal portal, CancellationToken cancellation)
    {
        if (account is not { CustomerId: { } customer, CustomerCreatedBy: { } cause, CheckoutSessionId: null })
        {
            return [];
        }

        try
        {
            var page = await payments.OpenSetupAsync(
                $"{session.TenantId}:checkout:{cause:N}",
                session.TenantId,
                new()
                {
                    Customer = customer,
                    Currency = account.Currency.ToLowerInvariant(),
                    SuccessUrl = portal.At("/billing?checkout=done"),
                    CancelUrl = portal.At("/billing?checkout=cancelled"),
                },
                cancellation);
            return [new CheckoutOpened(page.Id, page.ExpiresAt)];
        }
        catch (PaymentRefusedException refused)
        {
            return [new BillingStepFailed(BillingStep.Checkout, refused.Message)];
        }
    }
}
