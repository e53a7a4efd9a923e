using Marten;
using Wolverine;

namespace ControlPlane.Billing;

/// <summary>An instance that was deleted is paid for no longer.</summary>
public sealed record EndSubscriptionItem(string InstanceId);

public static class EndSubscriptionItemHandler
{
    public static async Task<OutgoingMessages> Handle(EndSubscriptionItem message, IQuerySession session, Payments payments, CancellationToken cancellation)
    {
        if (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation) is not { CustomerId: { } customer } account)
        {
            return [];
        }

        await payments.EndItemAsync($"{session.TenantId}:end:{message.InstanceId}", customer, message.InstanceId, cancellation);
        return [new SyncSubscription(account.Id)];
    }
}
