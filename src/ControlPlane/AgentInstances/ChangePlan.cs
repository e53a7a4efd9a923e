using System.ComponentModel.DataAnnotations;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Changes the plan of an instance: as a quote says, or where no money moves, to a plan. Back to the plan it is on withdraws what is yet to come.</summary>
/// <example>{ "toPlan": "solo@2" }</example>
/// <param name="QuoteId">The quote of <c>plan-preview</c> that is agreed to.</param>
/// <param name="ToPlan">The plan, <c>name@version</c>.</param>
public sealed record ChangePlan([property: MaxLength(40)] string? QuoteId = null, Ref<PlanProfile>? ToPlan = null);

/// <summary>What became of a wish to change the plan.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="Plan">The plan that it is on.</param>
/// <param name="Pending">The change that is yet to come; absent where none is.</param>
public sealed record PlanChangeView(string InstanceId, string Plan, PendingChange? Pending);

/// <summary>A change of plan that is yet to come.</summary>
/// <param name="ToPlan">The plan that the instance will be on.</param>
/// <param name="EffectiveAt">From when; an upgrade as soon as it is paid.</param>
/// <param name="Direction">For more, or for less.</param>
/// <param name="QuoteId">The quote that was agreed to.</param>
/// <param name="CancellableUntil">Until when changing back to the current plan withdraws it; absent where it can't be.</param>
public sealed record PendingChange(string ToPlan, DateTimeOffset EffectiveAt, PlanDirection Direction, string? QuoteId, DateTimeOffset? CancellableUntil)
{
    public static PendingChange? Of(PlanChange? change) => change is null ? null : new(
        change.ToPlanRef, change.EffectiveAt, change.Direction, change.QuoteId, change.Direction == PlanDirection.Downgrade ? change.EffectiveAt : null);
}

/// <summary>What a change is decided on.</summary>
/// <param name="Choice">The plan.</param>
/// <param name="Quote">The quote, if one was named.</param>
public sealed record PlanChangeCase(PlanChoice Choice, PlanQuote? Quote);

public static class ChangePlanEndpoint
{
    public static async Task<PlanChangeCase> LoadAsync(
        ChangePlan command, AgentInstance instance, Caller caller, CatalogStore catalog, TimeProvider time, IQuerySession session, CancellationToken cancellation)
    {
        if (command.QuoteId is null == command.ToPlan is null)
        {
            throw new ProblemException(Problems.Malformed("/quoteId", "one_of", "Either quoteId or toPlan is expected"));
        }

        var quote = command.QuoteId is { } id ? await session.LoadAsync<PlanQuote>(id, cancellation) : null;
        return command.QuoteId is not null && quote?.InstanceId != instance.Id
            ? throw new ProblemException(Problems.AgainstTheRules("unknown_reference", "There is no such quote", [new("/quoteId", "unknown_reference", "There is no such quote of this instance")]))
            : new(await session.ChoiceAsync(instance, quote?.ToPlanRef ?? command.ToPlan!.Value.Value, catalog, time.GetUtcNow(), cancellation), quote);
    }

    public static ProblemDetails Validate(AgentInstance instance, PlanChangeCase found, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var direction = found.Choice.DirectionFrom(instance.PlanRef);
        return found.Choice.Refuse(instance, now) is var no && no != WolverineContinue.NoProblems ? no
            : direction == PlanDirection.None
                ? instance.Life.PlanChange is { Direction: PlanDirection.Upgrade } ? Problems.Conflict("change_already_pending", "The change is being paid for") : WolverineContinue.NoProblems
            : instance.Life.PlanChange is { } pending && pending.ToPlanRef != found.Choice.TargetRef
                ? Problems.Conflict("change_already_pending", "Another change is yet to come", ("toPlan", pending.ToPlanRef), ("effectiveAt", pending.EffectiveAt))
            : instance.Life.PlanChange is not null ? WolverineContinue.NoProblems
            : found.Quote is { } quote && quote.ExpiresAt <= now ? Problems.Conflict("quote_expired", "The quote was good for a quarter of an hour")
            : found.Quote is { } agreed && IsStale(agreed, instance, found.Choice) ? Problems.Conflict("quote_stale", "What the quote was about has changed")
            : found.Quote is null && found.Choice.EffectiveAt(direction, now) <= now
                ? Problems.AgainstTheRules("quote_needed", "Money would move", [new("/quoteId", "required", "Ask plan-preview for a quote and agree to it")])
            : found.Choice.Blockers.Count > 0
                ? Problems.Because(422, "plan_blocked", "There is more than the plan includes", null, ("blockers", found.Choice.Blockers))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Change the plan: an upgrade is charged exactly as its quote says and holds once it is paid, a downgrade holds from the end of the period.</summary>
    [WolverinePost("/v1/agent-instances/{id}/plan-change"), Requires("billing:write"), Answers(202, 200, 422), RememberedFor(days: 7)]
    public static (Answer<PlanChangeView>, PlanChangeRequested?, PlanChangeCancelled?, OutgoingMessages) Post(
        ChangePlan command, [WriteModel("id")] AgentInstance instance, PlanChangeCase found, Caller caller, TimeProvider time)
    {
        var (choice, now) = (found.Choice, time.GetUtcNow());
        if (choice.TargetRef == instance.PlanRef)
        {
            return instance.Life.PlanChange is { } withdrawn
                ? (Told(instance, null, 200), null, new(withdrawn.ToPlanRef, caller.PrincipalId), [new AlignItemPrice(instance.Id)])
                : (Told(instance, null, 200), null, null, []);
        }

        if (instance.Life.PlanChange is { } already)
        {
            return (Told(instance, PendingChange.Of(already), 202), null, null, []);
        }

        var direction = choice.DirectionFrom(instance.PlanRef);
        var effective = choice.EffectiveAt(direction, now);
        var requested = new PlanChangeRequested(
            choice.TargetRef, choice.OfferRef!, choice.Price!.PriceId, direction, effective, found.Quote?.Id, found.Quote?.ProrationDate, found.Quote?.DueNow, caller.PrincipalId);
        var messages = new OutgoingMessages();
        if (effective <= now)
        {
            messages.Add(new CarryOutPlanChange(instance.Id));
        }
        else
        {
            messages.Add(new AlignItemPrice(instance.Id));
            messages.Schedule(new ApplyPlanChange(instance.Id, effective), effective);
        }

        return (
            Told(instance, new(requested.ToPlanRef, effective, direction, requested.QuoteId, direction == PlanDirection.Downgrade ? effective : null), 202), requested, null, messages);
    }

    // What is charged depends on the price that is replaced, the period and the price that is bought, and on nothing else.
    private static bool IsStale(PlanQuote quote, AgentInstance instance, PlanChoice choice) =>
        quote.FromPlanRef != instance.PlanRef || quote.PriceId != choice.Price?.PriceId || quote.FromPriceId != choice.Item?.PriceId || quote.PeriodEnd != choice.Item.PeriodEnd
        || quote.Currency != choice.Account?.Currency;

    private static Answer<PlanChangeView> Told(AgentInstance instance, PendingChange? pending, int status) =>
        new(new PlanChangeView(instance.Id, instance.PlanRef, pending), status, stream: instance.Id);
}
