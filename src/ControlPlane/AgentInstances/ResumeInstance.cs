using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Resumes an instance; there is nothing to say about it.</summary>
public sealed record ResumeInstance;

public static class ResumeInstanceEndpoint
{
    public static ProblemDetails Validate(AgentInstance instance, Caller caller, TimeProvider time)
    {
        var life = instance.Life.At(time.GetUtcNow());
        var isStuck = life.State == InstanceState.Suspended && Liftable(life, caller).Length == 0;
        return Transitions.Allow(life, InstanceAction.Resume, isStuck ? Blocking(life, caller) : null);
    }

    /// <summary>
    /// Lift the suspend reasons that the caller may lift, and withdraw a deletion at period end. Where reasons are left that
    /// others have to lift, the answer is 409 with <c>blockedBy</c>.
    /// </summary>
    [WolverinePost("/v1/agent-instances/{id}/resume"), Requires("instances:write"), Extension]
    public static (Answer<InstanceView>, InstanceResumed?, InstanceDeletionWithdrawn?) Post(
        ResumeInstance command, [WriteModel("id")] AgentInstance instance, Caller caller, TimeProvider time)
    {
        var life = instance.Life.At(time.GetUtcNow());
        var lifted = Liftable(life, caller);
        return (
            AnswerFor(instance.Id, life, caller),
            lifted.Length > 0 ? new(lifted, caller.PrincipalId) : null,
            life.Deletion is { Effective: DeletionEffective.PeriodEnd } ? new(caller.PrincipalId) : null);
    }

    private static Answer<InstanceView> AnswerFor(string id, InstanceLife life, Caller caller) => Blocking(life, caller) is { Length: > 0 } blocked
        ? new(Problems.InvalidState(life.State, Transitions.Allowed(life), blocked), id)
        : new(id);

    // Payment, a new claim or the tenant's restore lift the others.
    private static SuspendCode[] Liftable(InstanceLife life, Caller caller) => [.. life.Suspensions.Select(held => held.Code)
        .Where(code => code == SuspendCode.Customer || (caller.IsPlatform() && code is SuspendCode.Admin or SuspendCode.Abuse))];

    private static string[] Blocking(InstanceLife life, Caller caller) =>
        [.. life.Suspensions.Select(held => held.Code).Except(Liftable(life, caller)).Select(Words.Of)];
}
