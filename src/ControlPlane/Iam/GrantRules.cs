using ControlPlane.Hosting;
using ControlPlane.Tenants;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Iam;

/// <summary>What holds for every way to hand on a role: by assignment, with a new principal, by invitation.</summary>
public static class GrantRules
{
    public static IEnumerable<Fault> Faults(string role, DateTimeOffset? expiresAt, DateTimeOffset now, string below = "")
    {
        if (RoleDefinition.Find(role) is null)
        {
            yield return new($"{below}/role", "not_one_of", $"One of {string.Join(", ", Roles.Names)} is expected");
        }

        if (expiresAt <= now)
        {
            yield return new($"{below}/expiresAt", "out_of_range", "A time in the future is expected");
        }
    }

    /// <summary>The "no" to handing on the role, if there is one.</summary>
    public static ProblemDetails? Refuse(
        Caller caller, Principal self, string role, string scope, bool isThere, DateTimeOffset? expiresAt, string below = "")
    {
        var kind = ScopePaths.Read(scope)!.Value.Kind;
        return caller.Excess(role, scope).ToArray() is { Length: > 0 } excess ? Delegation.Escalation(excess)
            : expiresAt > self.EndOf(role, scope) ? Delegation.Escalation(["expiresAt"])
            : !IsOf(caller.TenantId, scope) || !RoleDefinition.Find(role)!.AssignableTo.Contains(kind)
                ? Problems.AgainstTheRules(
                    "scope_not_assignable", "The role can't be granted there", [new($"{below}/scope", "not_assignable", $"{role} can't be granted at {scope}")])
            : !isThere
                ? Problems.AgainstTheRules("unknown_reference", "There is nothing at the scope", [new($"{below}/scope", "unknown_reference", $"There is no {scope}")])
            : null;
    }

    // A principal never reaches beyond its tenant; only the platform's own reach everywhere.
    private static bool IsOf(string tenant, string scope) =>
        Caller.Covers(ScopePaths.OfTenant(tenant), scope) || (tenant == Tenant.Platform && scope == ScopePaths.Everywhere);
}
