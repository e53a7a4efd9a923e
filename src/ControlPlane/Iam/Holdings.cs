using ControlPlane.Hosting;

namespace ControlPlane.Iam;

/// <summary>What a principal holds, and where.</summary>
public static class Holdings
{
    public static IEnumerable<Grant> GrantsAt(this Principal principal, DateTimeOffset now) => principal.Assignments
        .Where(assignment => assignment.ExpiresAt is not { } end || end > now)
        .Select(assignment => new Grant(assignment.Scope, Roles.PermissionsOf(assignment.Role)))
        .Append(new("/", [.. principal.Permissions]));
}
