using JasperFx.Events;
using Marten.Events.Projections;

namespace ControlPlane.Iam;

/// <summary>A role that a principal was given at a scope; it stays to be read after it has ended.</summary>
public sealed record RoleAssignment(
    string Id, string PrincipalId, string Role, string Scope, DateTimeOffset? ExpiresAt, GrantedVia Via, string GrantedBy, DateTimeOffset GrantedAt)
{
    public DateTimeOffset? RevokedAt { get; init; }

    public string? RevokedBy { get; init; }
}

public sealed partial class RoleAssignmentProjection : MultiStreamProjection<RoleAssignment, string>
{
    public RoleAssignmentProjection()
    {
        Identity<RoleGranted>(e => e.AssignmentId);
        Identity<RoleRevoked>(e => e.AssignmentId);
    }

    public static RoleAssignment Create(IEvent<RoleGranted> e) => new(
        e.Data.AssignmentId, e.StreamKey!, e.Data.Role, e.Data.Scope, e.Data.ExpiresAt, e.Data.Via, e.Data.GrantedBy, e.Timestamp);

    public static RoleAssignment Apply(IEvent<RoleRevoked> e, RoleAssignment assignment) =>
        assignment with { RevokedAt = e.Timestamp, RevokedBy = e.Data.RevokedBy };
}
