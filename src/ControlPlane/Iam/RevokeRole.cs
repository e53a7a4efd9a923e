using ControlPlane.Hosting;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>What the revocation of a role is decided on.</summary>
/// <param name="Assignment">The assignment.</param>
/// <param name="Holder">Who holds it.</param>
/// <param name="Self">Who revokes it.</param>
/// <param name="HasOtherOwner">Whether the tenant has a lasting owner besides its holder.</param>
public sealed record RevokeRoleCase(RoleAssignment Assignment, Principal Holder, Principal Self, bool HasOtherOwner);

public static class RevokeRoleEndpoint
{
    public static async Task<RevokeRoleCase> LoadAsync(
        string id, [NotBody] Caller caller, IDocumentSession session, IDocumentStore store, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        return await session.LoadAsync<RoleAssignment>(id, cancellation) is not { } assignment
            ? throw new ProblemException(Problems.NotFound())
            : new(
                assignment,
                (await session.LoadAsync<Principal>(assignment.PrincipalId, cancellation))!,
                await caller.SelfAsync(store, cancellation),
                await session.HasAnotherAsync(assignment.PrincipalId, cancellation));
    }

    public static ProblemDetails Validate([NotBody] RevokeRoleCase found, [NotBody] Caller caller, TimeProvider time) =>
        found.Holder.Assignments.FirstOrDefault(held => held.Id == found.Assignment.Id) is not { } held ? WolverineContinue.NoProblems
        : held.Role == Roles.Owner && !found.Self.Owns(caller.TenantId, time.GetUtcNow()) ? Delegation.AboveCaller()
        : found.Holder.Id != caller.PrincipalId && found.Holder.IsAbove(found.Self, caller.TenantId, time.GetUtcNow()) ? Delegation.AboveCaller()
        : held.IsLastingOwnership(caller.TenantId) && !found.HasOtherOwner && !Without(found.Holder, held.Id).IsLastingOwner(caller.TenantId) ? Owners.LastOwner()
        : WolverineContinue.NoProblems;

    /// <summary>Revoke a role assignment; its holder's next request knows.</summary>
    [WolverineDelete("/v1/role-assignments/{id}"), Requires("iam:write")]
    public static (Answer<Nothing>, IEnumerable<IMartenOp>) Delete([NotBody] RevokeRoleCase found, [NotBody] Caller caller, TimeProvider time) => (
        Answer.None(),
        found.Assignment.RevokedAt is not null ? [] :
        [
            MartenOps.Append(
                found.Holder.Id, found.Holder.Version + 1, new RoleRevoked(found.Assignment.Id, RoleRevocation.Direct, caller.PrincipalId)),
            // Only who owns an account recovers it by its address.
            .. Without(found.Holder, found.Assignment.Id).Owns(caller.TenantId, time.GetUtcNow())
                ? Array.Empty<IMartenOp>()
                : [MartenOps.DeleteWhere<EmailAddress>(address => address.PrincipalId == found.Holder.Id)],
        ]);

    private static Principal Without(Principal holder, string assignment) =>
        holder with { Assignments = holder.Assignments.RemoveAll(held => held.Id == assignment) };
}
