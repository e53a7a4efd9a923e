using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace ControlPlane.AgentInstances;

/// <summary>What keeps an instance from a plan.</summary>
/// <param name="Metric">What there is too much of.</param>
/// <param name="Used">How much there is.</param>
/// <param name="Limit">How much the plan includes.</param>
public sealed record PlanBlocker(QuotaMetric Metric, long Used, long Limit);

/// <summary>A plan that an instance may change to, with all that the decision depends on.</summary>
/// <param name="Current">The plan that it is on.</param>
/// <param name="Target">The plan that it may be on.</param>
/// <param name="TargetRef">The same, as <c>name@version</c>.</param>
/// <param name="OfferRef">The offer of it; null where there is none.</param>
/// <param name="Price">Its price in the tenant's currency.</param>
/// <param name="Account">How the tenant pays.</param>
/// <param name="Item">What is paid for the instance now.</param>
/// <param name="Blockers">What keeps the instance from it.</param>
public sealed record PlanChoice(
    PlanProfile Current, PlanProfile Target, string TargetRef, string? OfferRef, Price? Price, BillingAccount? Account, SubscribedItem? Item,
    IReadOnlyList<PlanBlocker> Blockers)
{
    /// <summary>The price that is paid now.</summary>
    public Price? CurrentPrice { get; init; }

    /// <summary>For more where the tier is higher, or the price where the tier is the same.</summary>
    public PlanDirection DirectionFrom(string currentRef) =>
        TargetRef == currentRef ? PlanDirection.None
        : (Target.Tier, Price?.Amount ?? 0).CompareTo((Current.Tier, CurrentPrice?.Amount ?? 0)) > 0 ? PlanDirection.Upgrade
        : PlanDirection.Downgrade;

    /// <summary>When a change takes effect: as the plan that is left says.</summary>
    public DateTimeOffset EffectiveAt(PlanDirection direction, DateTimeOffset now) =>
        (direction == PlanDirection.Upgrade ? Current.Changes.Upgrade : Current.Changes.Downgrade) == ChangeTime.PeriodEnd ? Item!.PeriodEnd : now;

    /// <summary>The "no" to thinking about a change at all, if there is one.</summary>
    public ProblemDetails Refuse(AgentInstance instance, DateTimeOffset now)
    {
        var life = instance.Life.At(now);
        return Transitions.Allow(life, InstanceAction.ChangePlan, life.Underlying == InstanceState.Active ? null : ["not_paid"]) is var no && no != WolverineContinue.NoProblems ? no
            : TargetRef == instance.PlanRef ? WolverineContinue.NoProblems
            : Account is not { Subscription: not null } || Item is null ? Problems.Conflict("not_paid", "The instance is not paid for")
            : Account.Standing is { Standing: not Standing.Good } ? Problems.Conflict("past_due", "What is due has to be paid first")
            : OfferRef is null || Price is null
                ? Problems.AgainstTheRules("offer_not_available", "The plan can't be bought", [new("/toPlan", "not_available", "It can't be bought now, or not in the tenant's country and currency")])
            : WolverineContinue.NoProblems;
    }
}

public static class PlanChoices
{
    /// <summary>Reads all that a change of plan depends on; 422 for a plan that is not there or that the blueprint does not run on.</summary>
    public static async Task<PlanChoice> ChoiceAsync(
        this IQuerySession session, AgentInstance instance, string toPlan, CatalogStore catalog, DateTimeOffset now, CancellationToken cancellation)
    {
        var blueprint = catalog.Get<AgentBlueprint>(instance.BlueprintRef).Spec;
        if (catalog.Find<PlanProfile>(toPlan) is not { } target || (!blueprint.Admits(toPlan) && toPlan != instance.PlanRef))
        {
            throw new ProblemException(Problems.AgainstTheRules(
                "plan_not_admitted", "The blueprint does not run on this plan", [new("/toPlan", "plan_not_admitted", $"One of {string.Join(", ", blueprint.PlanRefs)} is expected")]));
        }

        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(session.TenantId), cancellation);
        var tenant = await session.LoadAsync<Tenant>(session.TenantId, cancellation);
        var item = account?.ItemOf(instance.Id);
        var current = catalog.Get<PlanProfile>(instance.PlanRef).Spec;
        var period = item is null ? BillingPeriod.Month : Offers.PeriodOf(catalog, item.PriceId) ?? BillingPeriod.Month;
        var offer = Offers.Of(catalog, new(toPlan), period, tenant?.Country ?? "", now);
        return new(
            current, target.Spec, toPlan, offer?.Value, account is null || offer is not { } found ? null : catalog.Offer(found)?.Price(account.Currency), account, item,
            await BlockersAsync(session, instance, target.Spec, catalog, account, now, cancellation))
        {
            CurrentPrice = instance.Life.PriceId is { } paid ? Offers.PriceOf(catalog, paid) : null,
        };
    }

    // What is counted for the whole tenant is limited by the highest tier that is left.
    private static async Task<IReadOnlyList<PlanBlocker>> BlockersAsync(
        IQuerySession session, AgentInstance instance, PlanProfile target, CatalogStore catalog, BillingAccount? account, DateTimeOffset now, CancellationToken cancellation)
    {
        var cards = await session.Query<InstanceCard>().Where(card => card.State != InstanceState.Deleted).ToListAsync(cancellation);
        var tier = cards.Where(card => card.Id != instance.Id && card.Life.Underlying == InstanceState.Active && account?.PaysFor(card.Id) == true)
            .Select(card => catalog.Get<PlanProfile>(card.PlanRef).Spec.Tier).Append(target.Tier).Max();
        return
        [
            .. Over(QuotaMetric.Instances, cards.Count),
            .. Over(QuotaMetric.Seats, await session.SeatsAsync(now, cancellation)),
        ];

        IEnumerable<PlanBlocker> Over(QuotaMetric metric, long used) =>
            Plans.LimitOf(catalog, tier, metric) is { } limit && used > limit ? [new(metric, used, limit)] : [];
    }
}
