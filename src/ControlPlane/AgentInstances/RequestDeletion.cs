using System.ComponentModel.DataAnnotations;
using ControlPlane.Billing;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Asks for the deletion of an instance.</summary>
/// <param name="Effective">At once, or at the end of the trial or of the period that is paid for.</param>
/// <param name="Reason">Why, in words; at most 500 characters.</param>
/// <param name="ConfirmName">The instance's name, against mistakes.</param>
public sealed record RequestDeletion(
    DeletionEffective Effective = DeletionEffective.Immediate,
    [property: MaxLength(500), Multiline] Personal? Reason = null,
    [property: MaxLength(80)] Personal? ConfirmName = null);

/// <summary>How a deletion will go.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Effective">At once, or at the end of the period.</param>
/// <param name="EffectiveAt">When it takes effect.</param>
/// <param name="CancellableUntil">Until when <c>resume</c> withdraws it; absent where it can't be.</param>
/// <param name="KeptDays">How many days after that its history and files are kept before they are erased.</param>
/// <param name="Affects">What it takes with it.</param>
public sealed record DeletionPlan(
    string InstanceId, DeletionEffective Effective, DateTimeOffset EffectiveAt, DateTimeOffset? CancellableUntil, int KeptDays, BlastRadius Affects);

/// <summary>What a deletion takes with it.</summary>
/// <param name="Runtime">Whether a runtime may be working for it.</param>
/// <param name="SubscriptionItem">Whether it is paid for.</param>
/// <param name="Files">Whether it may have files.</param>
public sealed record BlastRadius(bool Runtime, bool SubscriptionItem, bool Files);

/// <summary>The end of what is being tried or paid for; null where nothing runs.</summary>
public sealed record PeriodEnd(DateTimeOffset? At);

public static class RequestDeletionEndpoint
{
    // A little before the next period is charged.
    private static readonly TimeSpan BeforeRenewal = TimeSpan.FromHours(1);

    /// <summary>When what is being tried or paid for ends.</summary>
    public static async Task<PeriodEnd> LoadAsync(AgentInstance instance, Caller caller, IQuerySession session, CancellationToken cancellation) => new(
        instance.Life.PeriodEndsAt ?? (instance.Life.Underlying == InstanceState.Active
            ? (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(caller.TenantId), cancellation))?.ItemOf(instance.Id)?.PeriodEnd - BeforeRenewal
            : null));

    public static ProblemDetails Validate(RequestDeletion command, AgentInstance instance, PeriodEnd period, TimeProvider time)
    {
        var life = instance.Life.At(time.GetUtcNow());
        return life.State == InstanceState.Deleted ? Problems.Conflict("already_deleted", "The instance is deleted", ("purgeAt", life.PurgeAt))
            : Transitions.Allow(life, InstanceAction.Delete) is var no && no != WolverineContinue.NoProblems ? no
            : command.ConfirmName is { } name && !name.Equals(instance.DisplayName)
                ? Problems.AgainstTheRules("confirmation_mismatch", "The name is not that of the instance", [new("/confirmName", "mismatch", "The instance has another name")])
            : command.Effective == DeletionEffective.PeriodEnd && life.State != InstanceState.Deleting && !(period.At > time.GetUtcNow())
                ? Problems.AgainstTheRules("no_period", "Nothing runs that could end", [new("/effective", "no_period", "Neither a trial nor a paid period runs; delete it at once")])
            : WolverineContinue.NoProblems;
    }

    /// <summary>Request deletion of an instance; at period end it can be withdrawn by <c>resume</c> until then.</summary>
    [WolverinePost("/v1/agent-instances/{id}/delete"), Requires("instances:write"), Answers(202), RememberedFor(days: 7)]
    public static (Answer<DeletionPlan>, InstanceDeletionRequested?, InstanceDeletionStarted?, OutgoingMessages) Post(
        RequestDeletion command, [WriteModel("id")] AgentInstance instance, PeriodEnd period, Caller caller, TimeProvider time)
    {
        var life = instance.Life;
        if (life.Deletion is { } already && (already.Effective == DeletionEffective.Immediate || already.Effective == command.Effective))
        {
            return (PlanFor(instance, already), null, null, []);
        }

        var deletion = command.Effective == DeletionEffective.Immediate
            ? new Deletion(command.Effective, time.GetUtcNow())
            : new Deletion(command.Effective, period.At!.Value);
        var requested = new InstanceDeletionRequested(deletion.Effective, deletion.EffectiveAt, command.Reason, caller.PrincipalId);
        if (command.Effective == DeletionEffective.Immediate)
        {
            return (PlanFor(instance, deletion), requested, new(), [new CarryOutDeletion(instance.Id)]);
        }

        var timer = new OutgoingMessages();
        timer.Schedule(new StartDeletion(instance.Id, deletion.EffectiveAt), deletion.EffectiveAt);
        return (PlanFor(instance, deletion), requested, null, timer);
    }

    private static Answer<DeletionPlan> PlanFor(AgentInstance instance, Deletion deletion)
    {
        var wasUsed = instance.Life.Underlying > InstanceState.Draft;
        return new(
            new DeletionPlan(
                instance.Id, deletion.Effective, deletion.EffectiveAt,
                deletion.Effective == DeletionEffective.PeriodEnd ? deletion.EffectiveAt : null,
                CarryOutDeletionHandler.KeptDays,
                new(wasUsed, instance.Life.Underlying == InstanceState.Active, wasUsed)),
            202, stream: instance.Id);
    }
}
