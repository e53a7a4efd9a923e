using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Suspends an instance.</summary>
/// <param name="Reason">Why; the customer's wish when left out.</param>
/// <param name="Drain">What happens to the runs that are under way.</param>
/// <param name="ResumeAt">When the reason lifts by itself: in the future, and within a year.</param>
public sealed record SuspendInstance(SuspendReason? Reason = null, SuspendDrain Drain = SuspendDrain.AfterRuns, DateTimeOffset? ResumeAt = null);

/// <summary>Why an instance is suspended.</summary>
/// <param name="Code">The customer's wish, or the platform's: <c>admin</c> and <c>abuse</c> need the right everywhere.</param>
/// <param name="Comment">In words; at most 500 characters.</param>
public sealed record SuspendReason(ChosenReason Code = ChosenReason.Customer, [property: MaxLength(500), Multiline] Personal? Comment = null);

/// <summary>The reasons that somebody chooses; all others come about by themselves.</summary>
public enum ChosenReason
{
    Customer,
    Admin,
    Abuse,
}

public static class SuspendInstanceEndpoint
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public static ProblemDetails Validate(SuspendInstance command, AgentInstance instance, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return command.ResumeAt is { } end && (end <= now || end > now + Longest)
                ? Problems.Malformed("/resumeAt", "out_of_range", "A time in the future, and within a year, is expected")
            : CodeOf(command) != SuspendCode.Customer && !caller.IsPlatform() ? Problems.Forbidden()
            : Transitions.Allow(instance.Life.At(now), InstanceAction.Suspend);
    }

    /// <summary>Suspend an instance; several reasons may hold at once, and running needs none.</summary>
    [WolverinePost("/v1/agent-instances/{id}/suspend"), Requires("instances:write")]
    public static (Answer<InstanceView>, InstanceResumed?, InstanceSuspended?, OutgoingMessages) Post(
        SuspendInstance command, [WriteModel("id")] AgentInstance instance, Caller caller, TimeProvider time)
    {
        var code = CodeOf(command);
        var held = instance.Life.Suspensions.FirstOrDefault(suspension => suspension.Code == code);
        var isOver = held?.ResumeAt <= time.GetUtcNow();
        // Asking twice is no error: the second caller already has what they asked for.
        if (held is not null && !isOver)
        {
            return (new(instance.Id), null, null, []);
        }

        var timers = new OutgoingMessages();
        if (command.ResumeAt is { } end)
        {
            timers.Schedule(new LiftSuspension(instance.Id, code, end), end);
        }

        return (
            new(instance.Id),
            isOver ? new([code], Actors.System) : null,
            new(code, command.Reason?.Comment, command.Drain, command.ResumeAt, caller.PrincipalId),
            timers);
    }

    private static SuspendCode CodeOf(SuspendInstance command) => command.Reason?.Code switch
    {
        ChosenReason.Admin => SuspendCode.Admin,
        ChosenReason.Abuse => SuspendCode.Abuse,
        _ => SuspendCode.Customer,
    };
}

/// <summary>A suspend reason was to hold only until now.</summary>
public sealed record LiftSuspension(string InstanceId, SuspendCode Code, DateTimeOffset ResumeAt);

public static class LiftSuspensionHandler
{
    public static InstanceResumed? Handle(LiftSuspension timer, [WriteModel(nameof(LiftSuspension.InstanceId))] AgentInstance? instance) =>
        instance?.Life.Suspensions.Any(held => held.Code == timer.Code && held.ResumeAt == timer.ResumeAt) == true
            ? new([timer.Code], Actors.System)
            : null;
}
