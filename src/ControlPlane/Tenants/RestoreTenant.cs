using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Tenants;

/// <summary>Brings a tenant back.</summary>
/// <example>{ "reason": "We changed our mind." }</example>
/// <param name="Reason">Why, in words; at most 500 characters.</param>
public sealed record RestoreTenant([property: MaxLength(500), Multiline] Personal? Reason = null);

/// <summary>A tenant that is back.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Restored">What runs again as it did before.</param>
/// <param name="NotRestored">What did not come back, and why.</param>
/// <param name="ActionsNeeded">What the owner has to do, as snake_case words: <c>choose_plan</c> where a trial has ended meanwhile.</param>
public sealed record RestoredTenant(TenantState State, IReadOnlyList<AffectedView> Restored, IReadOnlyList<NotRestoredView> NotRestored, IReadOnlyList<string> ActionsNeeded)
{
    internal static RestoredTenant Of(TenantRestored e) => new(
        TenantState.Active, AffectedView.Of(e.Restored), [.. e.NotRestored.Select(one => new NotRestoredView(one.Id, one.ReasonCode))], e.ActionCodes);
}

/// <summary>Something that did not come back.</summary>
/// <param name="What">Id of it.</param>
/// <param name="Why">A snake_case word.</param>
public sealed record NotRestoredView(string What, string Why);

public static class RestoreTenantEndpoint
{
    public static Task<Comeback> LoadAsync([NotBody] Tenant tenant, Caller caller, IQuerySession session, Lifecycles lifecycles, CancellationToken cancellation) =>
        tenant.State == TenantState.Tombstoned
            ? lifecycles.RestoreAsync(session, tenant.Deletion!.Stopped, caller.PrincipalId, cancellation)
            : Task.FromResult(Comeback.Nothing);

    public static ProblemDetails Validate(Tenant tenant, TimeProvider time) => tenant switch
    {
        { Deletion: null } => Problems.Conflict("not_deleted", "The tenant was never deleted", ("currentState", Storage.Words.Of(tenant.State))),
        { State: TenantState.Purging or TenantState.Purged } => Gone(),
        { State: TenantState.Tombstoned } when tenant.Deletion.PurgeAt <= time.GetUtcNow() => Gone(),
        _ => WolverineContinue.NoProblems,
    };

    /// <summary>Bring a tenant back from its tombstone, until its erasure starts.</summary>
    /// <remarks>Its keys open again and its tokens are honoured again in the same commit; what the tombstone stopped runs on as it did before.</remarks>
    [WolverinePost("/v1/tenants/{id}/restore"), Requires("tenant:restore"), WhileLeaving, RememberedFor(days: 7), Answers(409, 410)]
    public static (Answer<RestoredTenant>, TenantRestored?, Writes) Post(RestoreTenant command, [WriteModel("id")] Tenant tenant, Comeback comeback, Caller caller)
    {
        if (tenant.State == TenantState.Active)
        {
            return (new(RestoredTenant.Of(tenant.Deletion!.Restored!)), null, new());
        }

        var departure = KeyRing.DepartureOf(tenant.Id, tenant.Deletion!.OperationId);
        var restored = new TenantRestored(
            tenant.Deletion.OperationId, comeback.Restored, comeback.NotRestored, comeback.ActionCodes, command.Reason, caller.PrincipalId);
        return (
            new(RestoredTenant.Of(restored)),
            restored,
            new(
            [
                .. comeback.Writes,
                new ChangeKeys(KeyRing.Release, tenant.Id),
                new ChangeKeys(KeyRing.DestructionOfAll, departure),
                new ChangeKeys(KeyRing.DestructionOfSubjects, departure),
            ]));
    }

    private static ProblemDetails Gone() => Problems.Because(410, "grace_elapsed", "The time to restore the tenant is over");
}
