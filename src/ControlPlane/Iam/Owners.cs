using ControlPlane.Hosting;
using Marten;
using Marten.Linq.MatchesSql;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Iam;

/// <summary>A tenant has at least one owner whom no date will take away.</summary>
public static class Owners
{
    private const string Lasting =
        """
        d.data ->> 'notAfter' is null and exists (
          select 1 from jsonb_array_elements(d.data -> 'assignments') a
          where a ->> 'role' = ? and a ->> 'expiresAt' is null and a ->> 'scope' in (?, ?))
        """;

    /// <summary>Whether the tenant has a lasting owner besides the principal. Ask under the lock of <see cref="Delegation.TakeIamAsync"/>.</summary>
    public static Task<bool> HasAnotherAsync(this IQuerySession session, string principalId, CancellationToken cancellation) => session.Query<Principal>()
        .Where(owner => owner.Id != principalId && owner.MatchesSql(Lasting, Roles.Owner, ScopePaths.Everywhere, ScopePaths.OfTenant(session.TenantId)))
        .AnyAsync(cancellation);

    public static bool IsLastingOwner(this Principal principal, string tenant) => principal.NotAfter is null
        && principal.Assignments.Any(assignment => assignment.IsLastingOwnership(tenant));

    public static bool IsLastingOwnership(this Assignment assignment, string tenant) =>
        assignment is { Role: Roles.Owner, ExpiresAt: null } && Caller.Covers(assignment.Scope, ScopePaths.OfTenant(tenant));

    public static ProblemDetails LastOwner() => Problems.Conflict("last_owner", "The tenant would be left without an owner");
}
