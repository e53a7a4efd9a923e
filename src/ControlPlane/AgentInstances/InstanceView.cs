using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.AgentInstances;

/// <summary>An agent instance: the commercial, hosted unit.</summary>
/// <param name="Id">Id of the instance.</param>
/// <param name="DisplayName">What people call it; unique in the tenant.</param>
/// <param name="State">Its commercial state.</param>
/// <param name="Suspensions">Why it does not run; running needs none.</param>
/// <param name="BlueprintRef">The blueprint it was made from, <c>name@version</c>.</param>
/// <param name="BlueprintDigest">The blueprint's digest, pinned when the instance was drafted.</param>
/// <param name="Plan">The plan that pays for it.</param>
/// <param name="Trial">Its trial, once there was one.</param>
/// <param name="Region">Where it runs.</param>
/// <param name="OwnerPrincipalId">Whose it is.</param>
/// <param name="Labels">Words of the customer's own.</param>
/// <param name="Config">Its configuration, as its blueprint's <c>configSchema</c> has it.</param>
/// <param name="Generation">Counts the configurations.</param>
/// <param name="Runtime">What its runtime last reported.</param>
/// <param name="Deletion">A deletion that was asked for.</param>
/// <param name="CreatedAt">When it was drafted.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="DeletedAt">When it was deleted.</param>
/// <param name="PurgeAt">When everything that is kept of it will be erased.</param>
/// <param name="AllowedTransitions">What can be asked of it now.</param>
/// <param name="Links">Where to go on.</param>
public sealed record InstanceView(
    string Id, Personal DisplayName, InstanceState State, IReadOnlyList<Suspension> Suspensions, string BlueprintRef, string BlueprintDigest,
    InstancePlan Plan, InstanceTrial? Trial, string? Region, string OwnerPrincipalId, JsonNode Labels, JsonNode Config, int Generation,
    RuntimeView Runtime, Deletion? Deletion, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, DateTimeOffset? PurgeAt,
    IReadOnlyList<InstanceAction> AllowedTransitions, InstanceLinks Links) : IVersioned
{
    long IVersioned.Version => Version;

    internal long Version { get; init; }
}

/// <summary>The plan of an instance in short.</summary>
/// <param name="Ref">The plan, <c>name@version</c>.</param>
/// <param name="DisplayName">What customers call it.</param>
/// <param name="Tier">The tier it gives.</param>
public sealed record InstancePlan(string Ref, string DisplayName, Tier Tier);

/// <summary>The trial of an instance.</summary>
/// <param name="StartsAt">When it began.</param>
/// <param name="EndsAt">When it ends, or ended.</param>
/// <param name="DaysLeft">Whole days until then, rounded up; 0 when it is over.</param>
public sealed record InstanceTrial(DateTimeOffset StartsAt, DateTimeOffset EndsAt, int DaysLeft);

/// <summary>What the runtime of an instance last reported.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Conditions">Aspects of its health.</param>
/// <param name="ObservedGeneration">The configuration it works by; 0 before the first report.</param>
/// <param name="ReportedAt">When it last reported a change.</param>
public sealed record RuntimeView(RuntimePhase Phase, IReadOnlyList<RuntimeCondition> Conditions, int ObservedGeneration, DateTimeOffset? ReportedAt)
{
    public static RuntimeView Of(InstanceRuntime? runtime) => runtime is null
        ? new(RuntimePhase.NotProvisioned, [], 0, null)
        : new(runtime.Phase, runtime.Conditions, runtime.ObservedGeneration, runtime.ReportedAt);
}

/// <summary>Where to go on from an instance.</summary>
/// <param name="Self">The instance itself.</param>
/// <param name="Config">Its configuration, to be patched.</param>
/// <param name="Blueprint">The blueprint it was made from.</param>
public sealed record InstanceLinks(string Self, string Config, string Blueprint);

/// <summary>Shows instances.</summary>
public sealed class InstanceViews(CatalogStore catalog, TimeProvider time) : IShow<InstanceView>
{
    public async Task<InstanceView?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation)
    {
        if (session.Pending<InstanceCard>(card => card.Id == id) is { } pending)
        {
            // What is drafted in this very commit has no runtime yet.
            return Of(
                pending, pending.Version == 1 ? null : await session.LoadAsync<InstanceRuntime>(InstanceRuntime.StreamOf(id), cancellation), time.GetUtcNow());
        }

        var batch = session.CreateBatchQuery();
        var (card, runtime) = (batch.Load<InstanceCard>(id), batch.Load<InstanceRuntime>(InstanceRuntime.StreamOf(id)));
        await batch.Execute(cancellation);
        return await card is { } found ? Of(found, await runtime, time.GetUtcNow()) : null;
    }

    public InstanceView Of(InstanceCard card, InstanceRuntime? runtime, DateTimeOffset now)
    {
        var life = card.Life.At(now);
        return new(
            card.Id, card.DisplayName, life.State, life.Suspensions, card.BlueprintRef, card.BlueprintDigest, PlanOf(card.PlanRef), TrialOf(life, now),
            card.Region, card.OwnerPrincipalId, Parsed(card.Labels), Parsed(card.Config), card.Generation, RuntimeView.Of(runtime), life.Deletion,
            card.CreatedAt, card.UpdatedAt, card.DeletedAt, life.PurgeAt, Transitions.Allowed(life), LinksOf(card))
        {
            Version = card.Version,
        };
    }

    public InstancePlan PlanOf(string planRef)
    {
        var plan = catalog.Get<PlanProfile>(planRef).Spec;
        return new(planRef, plan.DisplayName, plan.Tier);
    }

    public static string PathOf(string id) => $"/v1/agent-instances/{id}";

    private static InstanceTrial? TrialOf(InstanceLife life, DateTimeOffset now) => life is { TrialStartsAt: { } start, TrialEndsAt: { } end }
        ? new(start, end, Math.Max(0, (int)Math.Ceiling((end - now).TotalDays)))
        : null;

    private static InstanceLinks LinksOf(InstanceCard card) =>
        new(PathOf(card.Id), $"{PathOf(card.Id)}/config", $"/v1/agent-blueprints/{card.BlueprintRef}");

    // What is erased or quarantined is shown as the placeholder that it reads as.
    private static JsonNode Parsed(Personal json) => json.IsReadable ? JsonNode.Parse(json.Value)! : JsonValue.Create(json.Value);
}
