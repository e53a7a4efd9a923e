using ControlPlane.Hosting;

namespace ControlPlane.Iam;

/// <summary>What a principal holds, and where.</summary>
public static class Holdings
{
    public static IEnumerable<Grant> GrantsAt(this Principal principal, DateTimeOffset now) => principal.Assignments
        .Where(assignment => assignment.HoldsAt(now))
        .Select(assignment => new Grant(assignment.Scope, Roles.PermissionsOf(assignment.Role)))
        .Append(new(ScopePaths.Everywhere, [.. principal.Permissions]));

    /// <summary>Whether he is an owner of the whole tenant.</summary>
    public static bool Owns(this Principal principal, string tenant, DateTimeOffset now) => principal.Assignments.Any(assignment =>
        assignment.Role == Roles.Owner && assignment.HoldsAt(now) && Caller.Covers(assignment.Scope, ScopePaths.OfTenant(tenant)));

    /// <summary>Whether he may still invite to the role at the scope.</summary>
    public static bool MayHandOn(this Principal principal, string role, string scope, string tenant, DateTimeOffset now)
    {
        var held = principal.GrantsAt(now).ToArray();
        return principal.StateAt(now) == PrincipalState.Active && Holds("iam:write", ScopePaths.OfTenant(tenant))
            && Roles.PermissionsOf(role).All(permission => Holds(permission, scope));

        bool Holds(string permission, string path) => held.Any(grant => grant.Permissions.Contains(permission) && Caller.Covers(grant.Scope, path));
    }

    /// <summary>Until when he holds all that the role gives at the scope; null: for as long as nobody takes it from him.</summary>
    public static DateTimeOffset? EndOf(this Principal principal, string role, string scope)
    {
        var ends = Roles.PermissionsOf(role).Select(permission => principal.Permissions.Contains(permission)
            ? DateTimeOffset.MaxValue
            : principal.Assignments.Where(assignment => Caller.Covers(assignment.Scope, scope) && Roles.PermissionsOf(assignment.Role).Contains(permission))
                .Select(assignment => assignment.ExpiresAt ?? DateTimeOffset.MaxValue).DefaultIfEmpty(DateTimeOffset.MinValue).Max());
        var end = ends.Append(principal.NotAfter ?? DateTimeOffset.MaxValue).Min();
        return end == DateTimeOffset.MaxValue ? null : end;
    }

    /// <summary>Whether the event changes what a remembered token may do.</summary>
    public static bool Changes(object stored) => stored is RoleGranted or RoleRevoked
        or PrincipalExpiryChanged or PrincipalRevoked or AccessTokenRotated or AccessTokenShortened or AccessTokenRevoked;

    public static bool HoldsAt(this Assignment assignment, DateTimeOffset now) => !(assignment.ExpiresAt <= now);
}
