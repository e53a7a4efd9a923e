using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

public static class ConfigureInstanceEndpoint
{
    public static ConfigChange Load(JsonObject patch, AgentInstance instance, Caller caller, CatalogStore catalog)
    {
        using var current = JsonDocument.Parse(instance.Config.Value);
        return catalog.Get<AgentBlueprint>(instance.BlueprintRef).Spec.ConfigSchema.Apply(
            current.RootElement.Clone(), JsonSerializer.SerializeToElement(patch), caller.ConfigAccess());
    }

    public static ProblemDetails Validate(AgentInstance instance, ConfigChange change, TimeProvider time) =>
        Transitions.Allow(instance.Life.At(time.GetUtcNow()), InstanceAction.Configure) is var no && no != WolverineContinue.NoProblems ? no
        : change.Faults.Count > 0 ? Problems.AgainstTheRules("config_invalid", "The blueprint does not admit this configuration", change.Faults)
        : WolverineContinue.NoProblems;

    /// <summary>Change the options that a customer controls, by a merge patch (RFC 7396).</summary>
    [WolverinePatch("/v1/agent-instances/{id}/config"), Requires("instances:write"), Answers(200, 422)]
    public static (Answer<InstanceView>, InstanceConfigured?) Patch(
        JsonObject patch, [WriteModel("id")] AgentInstance instance, ConfigChange change, Caller caller) => (
        new(instance.Id),
        change.Changed.Count == 0 ? null : new(new(change.Config.GetRawText()), change.Changed, instance.Generation + 1, caller.PrincipalId));
}
