using ControlPlane.AgentInstances;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Tenants;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Billing;

/// <summary>What a tenant is on, and how it pays; nothing of it is asked of the payment provider.</summary>
/// <param name="Tier">The tier of the highest plan that is paid for; <c>solo</c> before anything is.</param>
/// <param name="Status">How the tenant stands commercially.</param>
/// <param name="DerivedFrom">The instances that are tried or paid for, the highest tier first.</param>
/// <param name="Trial">The trial that ends next.</param>
/// <param name="Seats">How many people may be members, and how many are or are invited.</param>
/// <param name="Instances">How many instances there may be, and are.</param>
/// <param name="Renewal">What is charged next.</param>
/// <param name="PendingChange">A change of plan that is yet to come.</param>
/// <param name="PaymentMethod">What is charged; absent before one was left.</param>
/// <param name="Dunning">What happens about a payment that has failed.</param>
/// <param name="Setup">How far the payment provider knows the tenant.</param>
/// <param name="AsOf">The state of the history that this shows at least.</param>
public sealed record BillingPlan(
    Tier Tier, BillingStatus Status, IReadOnlyList<PlanSource> DerivedFrom, TrialInShort? Trial, Usage Seats, Usage Instances, Renewal? Renewal,
    PendingPlanChange? PendingChange, Card? PaymentMethod, Dunning? Dunning, BillingSetup Setup, AsOf AsOf);

/// <summary>How a tenant stands commercially.</summary>
public enum BillingStatus
{
    /// <summary>Nothing is tried or paid for.</summary>
    None,
    Trialing,
    Active,
    PastDue,

    /// <summary>What was bought is suspended until it is paid.</summary>
    Paused,
    Cancelled,
}

/// <summary>An instance that counts.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="PlanRef">Its plan.</param>
/// <param name="Tier">The tier of that plan.</param>
/// <param name="State">Where it stands.</param>
public sealed record PlanSource(string InstanceId, string PlanRef, Tier Tier, InstanceState State);

/// <summary>A trial.</summary>
/// <param name="InstanceId">Of which instance.</param>
/// <param name="EndsAt">When it ends.</param>
public sealed record TrialInShort(string InstanceId, DateTimeOffset EndsAt);

/// <summary>How much there may be of something, and is.</summary>
/// <param name="Limit">The most; absent: as much as anyone likes.</param>
/// <param name="Used">How much there is.</param>
public sealed record Usage(long? Limit, long Used);

/// <summary>What is charged next.</summary>
/// <param name="At">When.</param>
/// <param name="Amount">How much by the price list, in minor units.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record Renewal(DateTimeOffset At, long Amount, string Currency);

/// <summary>A change of plan that is yet to come.</summary>
/// <param name="InstanceId">Of which instance.</param>
/// <param name="ToPlan">The plan that it will be on.</param>
/// <param name="EffectiveAt">From when.</param>
public sealed record PendingPlanChange(string InstanceId, string ToPlan, DateTimeOffset EffectiveAt);

/// <summary>What happens about a payment that has failed.</summary>
/// <param name="Step"><c>retrying</c>, or <c>suspended</c> once the grace is over.</param>
/// <param name="Since">Since when it is not paid.</param>
/// <param name="NextAttemptAt">When it is tried again.</param>
/// <param name="SuspendAt">When what it pays for is suspended.</param>
public sealed record Dunning(DunningStep Step, DateTimeOffset Since, DateTimeOffset? NextAttemptAt, DateTimeOffset? SuspendAt);

/// <summary>What happens about a payment that has failed.</summary>
public enum DunningStep
{
    Retrying,
    Suspended,
}

/// <summary>How far the payment provider knows the tenant.</summary>
/// <param name="State"><c>none</c>, <c>pending</c>, <c>ready</c>, or <c>failed</c>.</param>
/// <param name="Failed">The step that will not pass by itself.</param>
/// <param name="CheckoutExpiresAt">Until when the page for a payment method that was opened at the signup can be used.</param>
public sealed record BillingSetup(SetupState State, BillingStep? Failed, DateTimeOffset? CheckoutExpiresAt);

/// <summary>How far the payment provider knows a tenant.</summary>
public enum SetupState
{
    None,
    Pending,
    Ready,
    Failed,
}

public static class GetBillingPlanEndpoint
{
    /// <summary>Read the tenant's tier and trial, and how it pays.</summary>
    [WolverineGet("/v1/billing/plan"), Requires("billing:read")]
    public static async Task<Resource<BillingPlan>> Get(
        Caller caller, IQuerySession session, CatalogStore catalog, History history, TimeProvider time, CancellationToken cancellation)
    {
        var asOf = await history.NowAsync(cancellation);
        var tier = (await session.LoadAsync<Tenant>(caller.TenantId, cancellation))?.Tier ?? Tier.Solo;
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(caller.TenantId), cancellation);
        var cards = await session.Query<InstanceCard>().Where(card => card.State != InstanceState.Deleted).ToListAsync(cancellation);
        var now = time.GetUtcNow();
        var seats = await session.SeatsAsync(now, cancellation);
        var due = account?.Standing is { Standing: not Standing.Good }
            ? await session.Query<InvoiceCard>().Where(card => card.State == InvoiceState.Open).OrderByDescending(card => card.CreatedAt).FirstOrDefaultAsync(cancellation)
            : null;
        var lives = cards.Select(card => (Card: card, Life: card.Life.At(now))).ToArray();
        return new(new(
            tier,
            StatusOf(account, lives.Select(one => one.Life)),
            [
                .. lives.Where(one => one.Life.Underlying is InstanceState.Trial or InstanceState.Converting or InstanceState.Active)
                    .Select(one => new PlanSource(one.Card.Id, one.Card.PlanRef, catalog.Get<PlanProfile>(one.Card.PlanRef).Spec.Tier, one.Life.State))
                    .OrderByDescending(source => source.Tier).ThenBy(source => source.InstanceId, StringComparer.Ordinal),
            ],
            lives.Where(one => one.Life.PeriodEndsAt > now).Select(one => new TrialInShort(one.Card.Id, one.Life.PeriodEndsAt!.Value)).MinBy(trial => trial.EndsAt),
            new(Plans.LimitOf(catalog, tier, QuotaMetric.Seats), seats),
            new(Plans.LimitOf(catalog, tier, QuotaMetric.Instances), cards.Count),
            RenewalOf(account, catalog),
            lives.Where(one => one.Life.PlanChange is not null).Select(one => new PendingPlanChange(one.Card.Id, one.Life.PlanChange!.ToPlanRef, one.Life.PlanChange.EffectiveAt))
                .MinBy(change => change.EffectiveAt),
            Cards.Read(account?.Card),
            DunningOf(account, due?.Invoice),
            SetupOf(account),
            asOf));
    }

    public static BillingStatus StatusOf(BillingAccount? account, IEnumerable<InstanceLife> lives) => account switch
    {
        { Standing.Standing: Standing.PastDue } => BillingStatus.PastDue,
        { Standing.Standing: Standing.Unpaid } => BillingStatus.Paused,
        { Subscription.Status: SubscriptionStatus.Active or SubscriptionStatus.Trialing } => BillingStatus.Active,
        _ when lives.Any(life => life is { Underlying: InstanceState.Trial or InstanceState.Converting, State: not InstanceState.Suspended }) => BillingStatus.Trialing,
        { Subscription: not null } => BillingStatus.Cancelled,
        _ => BillingStatus.None,
    };

    /// <summary>What is charged at the next end of a period, by the price list.</summary>
    public static Renewal? RenewalOf(BillingAccount? account, CatalogStore catalog)
    {
        if (account?.Subscription is not { Status: not (SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired), Items: { Count: > 0 } items })
        {
            return null;
        }

        var at = items.Min(item => item.PeriodEnd);
        return new(at, items.Where(item => item.PeriodEnd == at).Sum(item => Offers.PriceOf(catalog, item.PriceId)?.Amount ?? 0), account.Currency);
    }

    private static Dunning? DunningOf(BillingAccount? account, Invoice? due) => account?.Standing switch
    {
        { Standing: Standing.PastDue } standing => new(DunningStep.Retrying, standing.Since, due?.NextAttemptAt, standing.GraceEndsAt),
        { Standing: Standing.Unpaid } standing => new(DunningStep.Suspended, standing.Since, due?.NextAttemptAt, null),
        _ => null,
    };

    private static BillingSetup SetupOf(BillingAccount? account) => new(
        account is null ? SetupState.None : account.Failed is not null ? SetupState.Failed : account.CustomerId is null ? SetupState.Pending : SetupState.Ready,
        account?.Failed,
        account?.CheckoutExpiresAt);
}
