using ControlPlane.Billing;
using ControlPlane.Hosting;
using Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>How its tenant pays may decide whether an instance runs.</summary>
public sealed record FollowPayment(string InstanceId);

public static class FollowPaymentHandler
{
    public static Task<BillingAccount?> LoadAsync(FollowPayment message, IQuerySession session, CancellationToken cancellation) =>
        session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation);

    public static (InstanceSuspended?, InstanceResumed?) Handle(
        FollowPayment message, [WriteModel(nameof(FollowPayment.InstanceId))] AgentInstance? instance, BillingAccount? account) =>
        instance?.Life is not { Underlying: InstanceState.Active } life || account is null ? (null, null)
        : (account.PaysFor(instance.Id), life.IsSuspendedFor(SuspendCode.Nonpayment)) switch
        {
            (false, false) => (new(SuspendCode.Nonpayment, null, SuspendDrain.AfterRuns, null, Actors.System), null),
            (true, true) => (null, new([SuspendCode.Nonpayment], Actors.System)),
            _ => (null, null),
        };
}
