using ControlPlane.Audit;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Tenants;

/// <summary>Something that takes longer than a request.</summary>
/// <param name="Id">Id of the operation.</param>
/// <param name="Kind">What it does: <c>tenant_deletion</c> or <c>policy_reclassification</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartsAt">When it starts, or started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Steps">Its steps in their order.</param>
public sealed record OperationView(
    string Id, string Kind, OperationState State, DateTimeOffset CreatedAt, DateTimeOffset StartsAt, DateTimeOffset? EndedAt, IReadOnlyList<OperationStep> Steps);

/// <summary>How far an operation is.</summary>
public enum OperationState
{
    Scheduled,
    Running,
    Succeeded,

    /// <summary>It ended, and one of its steps did not pass.</summary>
    Failed,

    /// <summary>It was called back before it started.</summary>
    Cancelled,
}

/// <summary>One step of an operation.</summary>
/// <param name="Name">As <c>area.what</c>.</param>
/// <param name="State"><c>pending</c>, or its outcome: <c>confirmed</c>, <c>unsupported</c>, <c>failed</c>, <c>retained</c>.</param>
/// <param name="Count">How many things it was about; absent while it is pending.</param>
/// <param name="Reason">Why it was not confirmed.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record OperationStep(string Name, string State, int? Count, string? Reason, DateTimeOffset? EndedAt)
{
    internal const string Pending = "pending";

    internal static OperationStep Of(TenantPurgeStepEnded ended) => new(ended.Step, Words.Of(ended.Outcome), ended.Count, ended.Reason, ended.EndedAt);

    /// <summary>Those that have ended, and those to come unless the deletion has.</summary>
    internal static IReadOnlyList<OperationStep> Of(TenantDeletion deletion, Lifecycles lifecycles) =>
    [
        .. deletion.Steps.Select(Of),
        .. deletion.EndedAt is not null ? [] : lifecycles.Steps.Select(step => step.Name).Except(deletion.Steps.Select(ended => ended.Step))
            .Select(name => new OperationStep(name, Pending, null, null, null)),
    ];
}

public static class GetOperationEndpoint
{
    /// <summary>Read a long operation of the tenant with its steps.</summary>
    [WolverineGet("/v1/operations/{id}"), Authenticated, WhileLeaving, Extension]
    public static async Task<Resource<OperationView>> Get(
        string id, [NotBody] Caller caller, IQuerySession session, Lifecycles lifecycles, CancellationToken cancellation)
    {
        var tenant = await session.LoadAsync<Tenant>(caller.TenantId, cancellation);
        return new(
            tenant?.Deletions.FirstOrDefault(one => one.OperationId == id) is { } deletion ? Of(deletion, lifecycles)
            : await session.LoadAsync<Reclassification>(id, cancellation) is { } reclassification ? Of(reclassification)
            : null);
    }

    private static OperationView Of(Reclassification operation) => new(
        operation.Id, "policy_reclassification", operation.EndedAt is null ? OperationState.Running : OperationState.Succeeded, operation.RequestedAt, operation.RequestedAt,
        operation.EndedAt,
        [new("audit.reclassify", operation.EndedAt is null ? OperationStep.Pending : Words.Of(StepOutcome.Confirmed), operation.Changed, null, operation.EndedAt)]);

    private static OperationView Of(TenantDeletion deletion, Lifecycles lifecycles) => new(
        deletion.OperationId, "tenant_deletion", StateOf(deletion), deletion.RequestedAt, deletion.PurgeStartedAt ?? deletion.PurgeAt, deletion.EndedAt,
        OperationStep.Of(deletion, lifecycles));

    private static OperationState StateOf(TenantDeletion deletion) => deletion switch
    {
        { Restored: not null } => OperationState.Cancelled,
        { PurgeStartedAt: null } => OperationState.Scheduled,
        { Purged: null } => OperationState.Running,
        _ => deletion.Steps.Any(step => step.Outcome == StepOutcome.Failed) ? OperationState.Failed : OperationState.Succeeded,
    };
}
