using ControlPlane.Hosting;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using static ControlPlane.AgentInstances.InstanceState;

namespace ControlPlane.AgentInstances;

/// <summary>What can be asked of an instance.</summary>
public enum InstanceAction
{
    ActivateTrial,
    Configure,
    Convert,
    ChangePlan,
    Suspend,
    Resume,
    Delete,
    SelectAsCurrent,
}

/// <summary>From which states an action leads on, and in which its outcome holds already, so that asking again is no error.</summary>
public sealed record Transition(InstanceState[] From, InstanceState[] Already);

/// <summary>Which action is possible in which state: the one table for decisions, their errors and their tests.</summary>
public static class Transitions
{
    public static IReadOnlyDictionary<InstanceAction, Transition> Table { get; } = new Dictionary<InstanceAction, Transition>
    {
        [InstanceAction.ActivateTrial] = new([Draft], [Trial]),
        [InstanceAction.Configure] = new([Draft, Trial, Active, Suspended], []),
        [InstanceAction.Convert] = new([Draft, Trial, Suspended], [Converting]),
        [InstanceAction.ChangePlan] = new([Active, Suspended], []),
        [InstanceAction.Suspend] = new([Trial, Active, Suspended], []),
        [InstanceAction.Resume] = new([Suspended], [Trial, Active]),
        [InstanceAction.Delete] = new([Draft, Trial, Converting, Active, Suspended], [Deleting, Deleted]),
        [InstanceAction.SelectAsCurrent] = new([Trial, Active, Suspended], []),
    };

    /// <summary>The actions that would lead on from here.</summary>
    public static InstanceAction[] Allowed(InstanceLife life) =>
        [.. Table.Where(row => row.Value.From.Contains(life.State) || IsWithdrawal(row.Key, life)).Select(row => row.Key)];

    /// <summary>The "no" to an action, if the state says one: 404 for what is purged, else 409 with what is possible instead.</summary>
    public static ProblemDetails Allow(InstanceLife life, InstanceAction action, IReadOnlyList<string>? blockedBy = null)
    {
        var row = Table[action];
        return life.State == Purged ? Problems.NotFound()
            : row.Already.Contains(life.State) || IsWithdrawal(action, life) ? WolverineContinue.NoProblems
            : !row.From.Contains(life.State) ? Problems.InvalidState(life.State, Allowed(life))
            : blockedBy is null ? WolverineContinue.NoProblems
            : Problems.InvalidState(life.State, Allowed(life), blockedBy);
    }

    // A deletion at period end is a mark on the unchanged state; resuming withdraws it.
    private static bool IsWithdrawal(InstanceAction action, InstanceLife life) =>
        action == InstanceAction.Resume && life is { Deletion.Effective: DeletionEffective.PeriodEnd, State: < Deleting };
}
