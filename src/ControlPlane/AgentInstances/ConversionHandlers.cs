using ControlPlane.Billing;
using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Charges for an instance that is being converted, once there is something to charge.</summary>
public sealed record CarryOutConversion(string InstanceId);

/// <summary>A conversion has waited for its payment for as long as it may.</summary>
public sealed record AbandonConversion(string InstanceId, DateTimeOffset ExpiresAt);

public static class CarryOutConversionHandler
{
    /// <remarks>One at a time for a tenant: the first makes its subscription, the others add to it.</remarks>
    public static async Task<(InstanceConverted?, ConversionAbandoned?, InstanceSuspended?, OutgoingMessages)> Handle(
        CarryOutConversion message, [WriteModel(nameof(CarryOutConversion.InstanceId))] AgentInstance? instance, IDocumentSession session, Payments payments, TimeProvider time,
        CancellationToken cancellation)
    {
        if (instance?.Life is not { Underlying: InstanceState.Converting, Conversion: { } conversion })
        {
            return (null, null, null, []);
        }

        await session.TakeAsync($"subscription {session.TenantId}", cancellation);
        if (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation) is not { CustomerId: { } customer, PaymentMethodId: { } method } account)
        {
            return (null, null, null, []);
        }

        try
        {
            var item = await payments.SubscribeAsync(
                $"{session.TenantId}:convert:{conversion.Id:N}", session.TenantId, customer, method, instance.Id, conversion.PriceId, cancellation);
            return (new(conversion.OfferRef, conversion.PlanRef, conversion.PriceId, item), null, null, Conversions.Followed(account.Id));
        }
        catch (PaymentRefusedException refused)
        {
            var (abandoned, suspended, messages) = Conversions.GivenUp(instance, ConversionEnd.Refused, refused.Message, time.GetUtcNow());
            return (null, abandoned, suspended, messages);
        }
    }
}

public static class AbandonConversionHandler
{
    /// <remarks>What was paid for and not recorded is found at Stripe, so nobody pays for an instance that was given up.</remarks>
    public static async Task<(InstanceConverted?, ConversionAbandoned?, InstanceSuspended?, OutgoingMessages)> Handle(
        AbandonConversion timer, [WriteModel(nameof(AbandonConversion.InstanceId))] AgentInstance? instance, IDocumentSession session, Payments payments, TimeProvider time,
        CancellationToken cancellation)
    {
        if (instance?.Life is not { Underlying: InstanceState.Converting, Conversion: { } conversion } || conversion.ExpiresAt != timer.ExpiresAt)
        {
            return (null, null, null, []);
        }

        await session.TakeAsync($"subscription {session.TenantId}", cancellation);
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation);
        if (account?.CustomerId is { } customer && await payments.FindItemAsync(customer, instance.Id, cancellation) is { } item)
        {
            return (new(conversion.OfferRef, conversion.PlanRef, conversion.PriceId, item), null, null, Conversions.Followed(account.Id));
        }

        var (abandoned, suspended, messages) = Conversions.GivenUp(instance, ConversionEnd.Expired, null, time.GetUtcNow());
        return (null, abandoned, suspended, messages);
    }
}

/// <summary>How conversions end.</summary>
public static class Conversions
{
    /// <summary>What has to be looked at once somebody pays for an instance.</summary>
    public static OutgoingMessages Followed(string account) => [new SyncSubscription(account), new SettleAccount(account)];

    /// <summary>Back to where it was; if its trial has ended meanwhile, that is told now.</summary>
    public static (ConversionAbandoned, InstanceSuspended?, OutgoingMessages) GivenUp(AgentInstance instance, ConversionEnd end, string? code, DateTimeOffset now)
    {
        var life = instance.Life;
        return life is { Conversion.From: InstanceState.Trial, TrialEndsAt: { } ended } && ended <= now
            ? (new(end, code), new(SuspendCode.TrialExpired, null, SuspendDrain.AfterRuns, null, Actors.System), TrialTimers.GiveUpAfter(instance.Id, ended, now))
            : (new(end, code), null, []);
    }
}
