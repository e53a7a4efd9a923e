using ControlPlane.Hosting;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

public static class DeleteInstanceEndpoint
{
    public static ProblemDetails Validate(AgentInstance instance, TimeProvider time) =>
        Transitions.Allow(instance.Life.At(time.GetUtcNow()), InstanceAction.Delete);

    /// <summary>Soft-delete an instance at once: its history and what is kept of it stay until <c>purgeAt</c>.</summary>
    [WolverineDelete("/v1/agent-instances/{id}"), Requires("instances:write")]
    public static (Answer<Nothing>, InstanceDeletionRequested?, InstanceDeletionStarted?, OutgoingMessages) Delete(
        [WriteModel("id")] AgentInstance instance, [NotBody] Caller caller, TimeProvider time) =>
        instance.Life.Underlying >= InstanceState.Deleting
            ? (Answer.None(), null, null, [])
            : (Answer.None(instance.Id), new(DeletionEffective.Immediate, time.GetUtcNow(), null, caller.PrincipalId), new(), [new CarryOutDeletion(instance.Id)]);
}
