using System.ComponentModel.DataAnnotations;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Wolverine.Http;

namespace ControlPlane.AgentInstances;

/// <summary>Which instances to list.</summary>
public sealed record InstancesQuery : ListQuery
{
    /// <summary>Those in this commercial state; without it all but the deleted ones.</summary>
    public InstanceState? State { get; init; }

    /// <summary>Those whose runtime is in this phase.</summary>
    public RuntimePhase? RuntimePhase { get; init; }

    /// <summary>Those made from this blueprint, <c>name@version</c>.</summary>
    public Ref<AgentBlueprint>? BlueprintRef { get; init; }

    /// <summary>Those on this plan, <c>name@version</c>.</summary>
    public Ref<PlanProfile>? PlanRef { get; init; }

    /// <summary>Those suspended for this reason, among others.</summary>
    public SuspendCode? SuspendReason { get; init; }

    /// <summary>Those for which this condition holds.</summary>
    public ConditionType? Condition { get; init; }

    /// <summary>Those of this principal.</summary>
    [MaxLength(40)]
    public string? OwnerPrincipalId { get; init; }

    /// <summary>Those drafted after this time.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Counts of all that fit, by <c>state</c>, <c>phase</c> or both, as <c>state,phase</c>.</summary>
    [RegularExpression("^(state|phase)(,(state|phase))?$")]
    public string? Facets { get; init; }
}

/// <summary>An instance in short.</summary>
/// <param name="Id">Id of the instance.</param>
/// <param name="DisplayName">What people call it.</param>
/// <param name="State">Its commercial state.</param>
/// <param name="SuspendedFor">Why it does not run.</param>
/// <param name="RuntimePhase">What its runtime is doing.</param>
/// <param name="BlueprintRef">The blueprint it was made from.</param>
/// <param name="PlanRef">The plan that pays for it.</param>
/// <param name="Region">Where it runs.</param>
/// <param name="OwnerPrincipalId">Whose it is.</param>
/// <param name="TrialEndsAt">When its trial ends, or ended.</param>
/// <param name="CreatedAt">When it was drafted.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record InstanceRow(
    string Id, Personal DisplayName, InstanceState State, IReadOnlyList<SuspendCode> SuspendedFor, RuntimePhase RuntimePhase, string BlueprintRef,
    string PlanRef, string? Region, string OwnerPrincipalId, DateTimeOffset? TrialEndsAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public static class GetInstancesEndpoint
{
    private const string List = "agent-instances";

    /// <summary>List agent instances for dashboards and the fleet view.</summary>
    [WolverineGet("/v1/agent-instances"), Requires("instances:read"), Query<InstancesQuery>]
    public static async Task<Page<InstanceRow>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<InstancesQuery>();
        var asOf = await history.NowAsync(cancellation);
        var fitting = InstanceFilter.Of(session, query, caller.Visible("instances:read", List));
        var page = await fitting.PageAsync(cursors, caller.TenantId, List, query, card => card.Id, cancellation);
        var phases = (await session.LoadManyAsync<InstanceRuntime>(cancellation, page.Found.Select(card => InstanceRuntime.StreamOf(card.Id))))
            .ToDictionary(runtime => InstanceRuntime.InstanceOf(runtime.Id), runtime => runtime.Phase);
        return new Page<InstanceRow>(
            [.. page.Found.Select(card => Row(card, phases.GetValueOrDefault(card.Id), time.GetUtcNow()))],
            page.NextCursor,
            asOf)
        {
            Facets = query.Facets is { } facets ? await InstanceFilter.CountAsync(session, fitting, facets.Split(','), cancellation) : null,
        };
    }

    private static InstanceRow Row(InstanceCard card, RuntimePhase phase, DateTimeOffset now)
    {
        var life = card.Life.At(now);
        return new(
            card.Id, card.DisplayName, life.State, [.. life.Suspensions.Select(held => held.Code)], phase, card.BlueprintRef, card.PlanRef, card.Region,
            card.OwnerPrincipalId, life.TrialEndsAt, card.CreatedAt, card.UpdatedAt);
    }
}
