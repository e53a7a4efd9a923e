using ControlPlane.Hosting;
using Marten;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Iam;

/// <summary>What a caller may hand on: nothing that he does not hold, nowhere else and for no longer than he holds it.</summary>
public static class Delegation
{
    /// <summary>Those who change who may do what in a tenant wait for each other, so each decides on what the one before has left.</summary>
    public static Task TakeIamAsync(this IDocumentSession session, string tenant, CancellationToken cancellation) =>
        session.TakeAsync($"iam {tenant}", cancellation);

    /// <summary>The caller's own principal, who for platform staff is of another tenant than the one acted on.</summary>
    public static async Task<Principal> SelfAsync(this Caller caller, IDocumentStore store, CancellationToken cancellation)
    {
        await using var home = store.QuerySession(caller.HomeTenantId);
        return await home.LoadAsync<Principal>(caller.PrincipalId, cancellation)
            ?? throw new ProblemException(Problems.Unauthenticated());
    }

    /// <summary>The permissions of the role that the caller lacks at the scope.</summary>
    public static IEnumerable<string> Excess(this Caller caller, string role, string scope) =>
        Roles.PermissionsOf(role).Where(permission => !caller.MayAt(permission, scope)).Order(StringComparer.Ordinal);

    public static ProblemDetails Escalation(IEnumerable<string> excess) =>
        Problems.Because(403, "privilege_escalation", "Nobody grants what he does not hold", null, ("excess", excess.ToArray()));

    /// <summary>Only an owner touches what is an owner's.</summary>
    public static bool IsAbove(this Principal target, Principal self, string tenant, DateTimeOffset now) =>
        target.Owns(tenant, now) && !self.Owns(tenant, now);

    public static ProblemDetails AboveCaller() => Problems.Because(403, "forbidden", "Only an owner touches what is an owner's");
}
