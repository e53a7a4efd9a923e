using ControlPlane.Hosting;
using Marten;

namespace ControlPlane.Iam;

/// <summary>A role that a principal holds at a scope.</summary>
/// <param name="Id">Id of the assignment.</param>
/// <param name="PrincipalId">Who holds it.</param>
/// <param name="Role">One of the five roles.</param>
/// <param name="Scope">The path; it covers all below it.</param>
/// <param name="State">Active, expired or revoked.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="Via">How it came about.</param>
/// <param name="GrantedBy">Who granted it.</param>
/// <param name="GrantedAt">When.</param>
/// <param name="RevokedBy">Who revoked it.</param>
/// <param name="RevokedAt">When.</param>
public sealed record RoleAssignmentView(
    string Id, string PrincipalId, string Role, string Scope, AssignmentState State, DateTimeOffset? ExpiresAt,
    GrantedVia Via, string GrantedBy, DateTimeOffset GrantedAt, string? RevokedBy, DateTimeOffset? RevokedAt);

public enum AssignmentState
{
    Active,
    Expired,
    Revoked,
}

/// <summary>Shows role assignments.</summary>
public sealed class RoleAssignmentViews(TimeProvider time) : IShow<RoleAssignmentView>
{
    public async Task<RoleAssignmentView?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation) =>
        (session.Pending<RoleAssignment>(assignment => assignment.Id == id) ?? await session.LoadAsync<RoleAssignment>(id, cancellation)) is { } found
            ? Of(found, time.GetUtcNow())
            : null;

    public static string PathOf(string id) => $"/v1/role-assignments/{id}";

    public static RoleAssignmentView Of(RoleAssignment assignment, DateTimeOffset now) => new(
        assignment.Id, assignment.PrincipalId, assignment.Role, assignment.Scope,
        assignment.RevokedAt is not null ? AssignmentState.Revoked : assignment.ExpiresAt <= now ? AssignmentState.Expired : AssignmentState.Active,
        assignment.ExpiresAt, assignment.Via, assignment.GrantedBy, assignment.GrantedAt, assignment.RevokedBy, assignment.RevokedAt);
}
