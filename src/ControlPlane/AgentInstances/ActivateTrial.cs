using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Starts the trial of an instance; there is nothing to say about it.</summary>
public sealed record ActivateTrial;

/// <summary>What else a trial depends on: the trials that were used before, by tenant and by the owner's address.</summary>
public sealed record TrialFacts(AgentBlueprint Blueprint, TrialTerms? Terms, IReadOnlyList<string> Keys, TrialUse? Used);

public static class ActivateTrialEndpoint
{
    public static async Task<TrialFacts> LoadAsync(
        AgentInstance instance, Caller caller, CatalogStore catalog, KeyRing ring, IQuerySession session, CancellationToken cancellation)
    {
        var blueprint = catalog.Get<AgentBlueprint>(instance.BlueprintRef);
        var owner = await session.LoadAsync<Principal>(instance.OwnerPrincipalId, cancellation);
        List<string> keys = [$"tenant:{caller.TenantId}:{blueprint.Name}"];
        if (owner is { SubjectId.IsReadable: true })
        {
            keys.Add($"owner:{await EmailText.SubjectHashAsync(ring, owner.SubjectId.Value, cancellation)}:{blueprint.Name}");
        }

        var used = await session.LoadManyAsync<TrialUse>(cancellation, [.. keys]);
        return new(blueprint.Spec, catalog.Get<PlanProfile>(instance.PlanRef).Spec.Trial, keys, used.Count > 0 ? used[0] : null);
    }

    public static ProblemDetails Validate(AgentInstance instance, TrialFacts facts, TimeProvider time)
    {
        var life = instance.Life.At(time.GetUtcNow());
        // An instance that lives in Telegram can't start before it has its bot.
        var no = Transitions.Allow(life, InstanceAction.ActivateTrial, facts.Blueprint.TelegramFirst ? ["bot_missing"] : null);
        return no != WolverineContinue.NoProblems || life.State == InstanceState.Trial ? no
            : !facts.Blueprint.TrialEligible || facts.Terms is null
                ? Problems.AgainstTheRules("no_trial", "The blueprint or the plan has no trial", [])
            : facts.Used is { } used ? Problems.Conflict("trial_consumed", "The trial of this blueprint was used before", ("at", used.At))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Start the trial of a draft instance: one a blueprint for each tenant and each owner.</summary>
    [WolverinePost("/v1/agent-instances/{id}/trial/activate"), Requires("instances:write"), Answers(200, 422)]
    public static (Answer<InstanceView>, TrialStarted?, Writes, OutgoingMessages) Post(
        ActivateTrial command, [WriteModel("id")] AgentInstance instance, TrialFacts facts, Caller caller, TimeProvider time)
    {
        if (instance.Life.Underlying == InstanceState.Trial)
        {
            return (new(instance.Id), null, new(), []);
        }

        var now = time.GetUtcNow();
        var terms = facts.Terms!;
        var ends = now.AddDays(terms.Days);
        return (
            new(instance.Id),
            new(now, ends, terms.PlanRef.Value, caller.PrincipalId),
            new(facts.Keys.Select(key => MartenOps.Insert(new TrialUse(key, caller.TenantId, now)))),
            TrialTimers.For(instance.Id, ends, terms));
    }
}
