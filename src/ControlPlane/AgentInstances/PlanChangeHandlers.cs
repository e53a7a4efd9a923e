using ControlPlane.Billing;
using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Charges for a change of plan exactly what its quote says.</summary>
public sealed record CarryOutPlanChange(string InstanceId);

/// <summary>What is charged next for an instance is what its plan costs then.</summary>
public sealed record AlignItemPrice(string InstanceId);

/// <summary>The time of a change of plan has come.</summary>
public sealed record ApplyPlanChange(string InstanceId, DateTimeOffset EffectiveAt);

public static class CarryOutPlanChangeHandler
{
    public static async Task<(PlanChanged?, PlanChangeFailed?, OutgoingMessages)> Handle(
        CarryOutPlanChange message, [WriteModel(nameof(CarryOutPlanChange.InstanceId))] AgentInstance? instance, IDocumentSession session, Payments payments,
        CancellationToken cancellation)
    {
        if (instance?.Life is not { Underlying: InstanceState.Active, PlanChange: { Direction: PlanDirection.Upgrade } change })
        {
            return (null, null, []);
        }

        await session.TakeAsync($"subscription {session.TenantId}", cancellation);
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation);
        if (account?.CustomerId is not { } customer)
        {
            return (null, new(change.ToPlanRef, "no_customer"), []);
        }

        try
        {
            return await payments.ChangePriceAsync(
                $"{session.TenantId}:plan:{change.Id:N}", customer, instance.Id, change.PriceId, change.ProrationDate!.Value, change.DueNow!.Value, cancellation)
                ? (new(instance.PlanRef, change.ToPlanRef, change.OfferRef, change.PriceId), null, Conversions.Followed(account.Id))
                : (null, new(change.ToPlanRef, "quote_stale"), []);
        }
        catch (PaymentRefusedException refused)
        {
            return (null, new(change.ToPlanRef, refused.Message), []);
        }
    }
}

public static class AlignItemPriceHandler
{
    /// <remarks>
    /// The price of a downgrade is set at once and without proration, so that the next period is charged by it whatever else happens;
    /// the plan itself holds until then (docs/decisions/0014).
    /// </remarks>
    public static async Task<(PlanChangeFailed?, OutgoingMessages)> Handle(
        AlignItemPrice message, [WriteModel(nameof(AlignItemPrice.InstanceId))] AgentInstance? instance, IDocumentSession session, Payments payments,
        CancellationToken cancellation)
    {
        if (instance?.Life is not { Underlying: InstanceState.Active, PriceId: { } current } life
            || await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation) is not { CustomerId: { } customer } account)
        {
            return (null, []);
        }

        await session.TakeAsync($"subscription {session.TenantId}", cancellation);
        var price = life.PlanChange is { Direction: PlanDirection.Downgrade } change ? change.PriceId : current;
        try
        {
            await payments.SetPriceAsync(customer, instance.Id, price, cancellation);
            return (null, [new SyncSubscription(account.Id)]);
        }
        catch (PaymentRefusedException refused) when (life.PlanChange is { } pending)
        {
            return (new(pending.ToPlanRef, refused.Message), []);
        }
    }
}

public static class ApplyPlanChangeHandler
{
    public static (PlanChanged?, OutgoingMessages) Handle(ApplyPlanChange timer, [WriteModel(nameof(ApplyPlanChange.InstanceId))] AgentInstance? instance, IQuerySession session) =>
        instance?.Life is { Underlying: InstanceState.Active, PlanChange: { } change } && change.EffectiveAt == timer.EffectiveAt
            ? (new(instance.PlanRef, change.ToPlanRef, change.OfferRef, change.PriceId), Conversions.Followed(BillingAccount.IdOf(session.TenantId)))
            : (null, []);
}
