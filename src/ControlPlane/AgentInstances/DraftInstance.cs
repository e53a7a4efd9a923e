using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.AgentInstances;

/// <summary>Drafts an instance.</summary>
/// <example>{ "blueprintRef": "workspace-agent@1", "displayName": "Research", "config": { "language": "fr" } }</example>
/// <param name="BlueprintRef">The blueprint, <c>name@version</c>; its digest is pinned.</param>
/// <param name="DisplayName">What people call it: 1 to 80 characters, unique in the tenant whatever the case of its letters.</param>
/// <param name="PlanRef">One of the blueprint's plans; its default when left out.</param>
/// <param name="Region">One of the blueprint's regions; its first when left out.</param>
/// <param name="Config">A merge patch (RFC 7396) on the blueprint's defaults; only paths that the caller may set.</param>
/// <param name="OwnerPrincipalId">Whose it is; the caller's when left out.</param>
/// <param name="Labels">Words of the customer's own: at most 20, names of 63 letters, digits and dashes, values of 60 characters.</param>
public sealed record DraftInstance(
    Ref<AgentBlueprint> BlueprintRef,
    [property: Required, MaxLength(80)] Personal DisplayName,
    Ref<PlanProfile>? PlanRef = null,
    [property: MaxLength(63)] string? Region = null,
    JsonObject? Config = null,
    [property: MaxLength(40)] string? OwnerPrincipalId = null,
    IReadOnlyDictionary<string, string>? Labels = null);

/// <summary>What is known of a draft before anything is decided.</summary>
public sealed record DraftFacts(CatalogEntry<AgentBlueprint>? Blueprint, Tenant? Tenant, bool IsOwnerKnown, string NameHash);

public static class DraftInstanceEndpoint
{
    public static async Task<(DraftFacts, ConfigChange)> LoadAsync(
        DraftInstance command, Caller caller, CatalogStore catalog, KeyRing ring, TenantDirectory tenants, IQuerySession session, CancellationToken cancellation)
    {
        var blueprint = catalog.Find(command.BlueprintRef);
        var facts = new DraftFacts(
            blueprint,
            await tenants.FindAsync(caller.TenantId, cancellation),
            command.OwnerPrincipalId is null || await session.LoadAsync<Principal>(command.OwnerPrincipalId, cancellation) is not null,
            await ring.HashAsync(caller.TenantId, InstanceNames.Key(command.DisplayName), cancellation));
        var none = JsonSerializer.SerializeToElement(new JsonObject());
        var change = blueprint?.Spec.ConfigSchema.Apply(
            blueprint.Spec.Defaults, command.Config is { } patch ? JsonSerializer.SerializeToElement(patch) : none, caller.ConfigAccess());
        return (facts, change ?? new(none, [], []));
    }

    public static ProblemDetails Validate(DraftInstance command, DraftFacts facts, ConfigChange config)
    {
        if (InstanceNames.LabelFaults(command.Labels) is { Count: > 0 } labels)
        {
            return Problems.Malformed(labels);
        }

        if (facts.Blueprint is not { Spec: { } blueprint } entry)
        {
            return Problems.AgainstTheRules("unknown_reference", "There is no such blueprint", [new("/blueprintRef", "unknown_reference", "There is no such blueprint")]);
        }

        if (entry.IsWithdrawn)
        {
            return Problems.Because(410, "withdrawn", "The blueprint is withdrawn", entry.Metadata.StatusMessage, ("replacedBy", entry.Metadata.ReplacedBy));
        }

        if ((facts.Tenant?.Tier ?? Tier.Solo) < blueprint.RequiredTier)
        {
            return Problems.TierInsufficient(blueprint.RequiredTier, blueprint.OfferRef?.Value);
        }

        var faults = Faults(command, facts, blueprint, config).ToArray();
        return faults.Length > 0 ? Problems.AgainstTheRules("draft_invalid", "The blueprint does not admit this", faults) : WolverineContinue.NoProblems;
    }

    /// <summary>Create a draft agent instance; trial and payment are operations of their own.</summary>
    [WolverinePost("/v1/agent-instances"), Requires("instances:write"), Answers(201, 410)]
    public static (Answer<InstanceView>, Quota?, IMartenOp) Post(DraftInstance command, DraftFacts facts, ConfigChange config, Caller caller, CatalogStore catalog)
    {
        var id = Ids.New("ain");
        var blueprint = facts.Blueprint!;
        return (
            new(id, 201, InstanceViews.PathOf(id)),
            Plans.LimitOf(catalog, facts.Tenant?.Tier ?? Tier.Solo, QuotaMetric.Instances) is { } limit ? new Quota("instances", limit) : null,
            MartenOps.StartStream<AgentInstance>(id, new InstanceDrafted(
                blueprint.Ref, blueprint.Digest, (command.PlanRef ?? blueprint.Spec.PlanRef).Value, command.Region ?? blueprint.Spec.Regions[0],
                command.DisplayName, facts.NameHash, new(config.Config.GetRawText()),
                new(JsonSerializer.Serialize(command.Labels ?? new Dictionary<string, string>())), OwnerOf(command, facts, caller))));
    }

    // Staff act for the tenant and own nothing in it.
    private static string OwnerOf(DraftInstance command, DraftFacts facts, Caller caller) =>
        command.OwnerPrincipalId ?? (caller.IsStaff && facts.Tenant is { } tenant ? tenant.OwnerPrincipalId : caller.PrincipalId);

    private static IEnumerable<Fault> Faults(DraftInstance command, DraftFacts facts, AgentBlueprint blueprint, ConfigChange config)
    {
        if (command.PlanRef is { } plan && !blueprint.Admits(plan.Value))
        {
            yield return new("/planRef", "plan_not_admitted", $"One of {string.Join(", ", blueprint.PlanRefs)} is expected");
        }

        if (command.Region is { } region && !blueprint.Regions.Contains(region))
        {
            yield return new("/region", "region_not_offered", $"One of {string.Join(", ", blueprint.Regions)} is expected");
        }

        if (!facts.IsOwnerKnown)
        {
            yield return new("/ownerPrincipalId", "unknown_principal", "There is no such principal in the tenant");
        }

        foreach (var fault in config.Faults)
        {
            yield return fault with { Pointer = $"/config{fault.Pointer}" };
        }
    }
}
