using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Billing;

/// <summary>Makes the tenant known to Stripe.</summary>
public sealed record CreateStripeCustomer(string BillingAccountId);

public static class CreateStripeCustomerHandler
{
    public static async Task<(Wolverine.Marten.Events, Writes, OutgoingMessages)> Handle(
        CreateStripeCustomer message, [WriteModel] BillingAccount account, IQuerySession session, Payments payments, CancellationToken cancellation)
    {
        if (account.CustomerId is not null
            || await session.LoadAsync<Principal>(account.PrincipalId, cancellation) is not { SubjectId.IsReadable: true } owner
            || await session.LoadAsync<Tenant>(session.TenantId, cancellation) is not { } tenant)
        {
            return ([], new(), []);
        }

        try
        {
            var customer = await payments.CreateCustomerAsync(
                $"{session.TenantId}:customer:{account.OpenedBy:N}", session.TenantId, owner.SubjectId.Value, owner.DisplayName.Value, tenant.Locale, cancellation);
            return ([new StripeCustomerCreated(customer)], new(MartenOps.Store(new StripeCustomer(customer, session.TenantId))), [new OpenCheckout(account.Id)]);
        }
        catch (PaymentRefusedException refused)
        {
            return ([new BillingStepFailed(BillingStep.Customer, refused.Message)], new(), []);
        }
    }
}
