using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Grants a role to a principal.</summary>
/// <example>{ "principalId": "prn_0199f0c2a5b87c3e9d4f1a2b3c4d5e6f", "role": "operator" }</example>
/// <param name="PrincipalId">Who gets it.</param>
/// <param name="Role">One of the five roles, by id or name.</param>
/// <param name="Scope">Where it holds; the whole tenant when left out.</param>
/// <param name="ExpiresAt">When it ends by itself; never when left out, unless the caller's own right ends.</param>
public sealed record GrantRole(
    [property: Required, MaxLength(40)] string PrincipalId, [property: Required, MaxLength(40)] string Role,
    GrantScope? Scope = null, DateTimeOffset? ExpiresAt = null);

/// <summary>What a grant is decided on.</summary>
/// <param name="Target">Who is to get the role.</param>
/// <param name="Self">Who grants it.</param>
/// <param name="Scope">The path where it is to hold.</param>
/// <param name="IsThere">Whether there is something at the path.</param>
public sealed record GrantCase(Principal? Target, Principal Self, string Scope, bool IsThere)
{
    /// <summary>The very assignment that is asked for, where it is there already.</summary>
    public Assignment? Existing(string role, DateTimeOffset now) =>
        Target!.Assignments.FirstOrDefault(held => held.Role == role && held.Scope == Scope && held.HoldsAt(now));
}

public static class GrantRoleEndpoint
{
    public static async Task<GrantCase> LoadAsync(
        GrantRole command, Caller caller, IDocumentSession session, IDocumentStore store, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        var scope = command.Scope?.In(caller.TenantId) ?? ScopePaths.OfTenant(caller.TenantId);
        return new(
            await session.LoadAsync<Principal>(command.PrincipalId, cancellation),
            await caller.SelfAsync(store, cancellation),
            scope,
            await session.IsThereAsync(scope, cancellation));
    }

    public static ProblemDetails Validate(GrantRole command, GrantCase found, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return GrantRules.Faults(command.Role, command.ExpiresAt, now).ToArray() is { Length: > 0 } faults ? Problems.Malformed(faults)
            : found.Target is not { } target ? Problems.NotFound()
            : target.RevokedAt is not null ? Problems.InvalidState(PrincipalState.Revoked, Array.Empty<PrincipalState>())
            : GrantRules.Refuse(caller, found.Self, command.Role, found.Scope, found.IsThere, command.ExpiresAt) is { } no ? no
            : target.Id != caller.PrincipalId && target.IsAbove(found.Self, caller.TenantId, now) ? Delegation.AboveCaller()
            : WolverineContinue.NoProblems;
    }

    /// <summary>Grant a role to a principal at a scope; one that it holds already is answered as it is.</summary>
    [WolverinePost("/v1/role-assignments"), Requires("iam:write"), Answers(201, 200, 404, 422)]
    public static (Answer<RoleAssignmentView>, IEnumerable<IMartenOp>) Post(GrantRole command, GrantCase found, Caller caller, TimeProvider time)
    {
        var target = found.Target!;
        if (found.Existing(command.Role, time.GetUtcNow()) is { } existing)
        {
            return (new(existing.Id), []);
        }

        var id = Ids.New("ras");
        return (
            new(id, 201, RoleAssignmentViews.PathOf(id)),
            [
                MartenOps.Append(target.Id, target.Version + 1, new RoleGranted(
                    id, command.Role, found.Scope, command.ExpiresAt ?? found.Self.EndOf(command.Role, found.Scope), GrantedVia.Direct, caller.PrincipalId)),
            ]);
    }
}
