using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using Marten;
using Marten.Linq.MatchesSql;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Which role assignments to list.</summary>
public sealed record RoleAssignmentsQuery : ListQuery
{
    /// <summary>Those of this principal.</summary>
    [MaxLength(40)]
    public string? PrincipalId { get; init; }

    /// <summary>Those of this role.</summary>
    [MaxLength(40)]
    public string? Role { get; init; }

    /// <summary>Those for this kind of thing.</summary>
    public ScopeType? ScopeType { get; init; }

    /// <summary>Those for the thing with this id.</summary>
    [MaxLength(100)]
    public string? ScopeId { get; init; }

    /// <summary>Only those that have expired, or only those that have not; both when left out.</summary>
    public bool? Expired { get; init; }
}

public static class GetRoleAssignmentsEndpoint
{
    private const string List = "role-assignments";

    /// <summary>List role assignments, but for the revoked ones.</summary>
    [WolverineGet("/v1/role-assignments"), Requires("iam:read"), Query<RoleAssignmentsQuery>]
    public static async Task<Page<RoleAssignmentView>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var (query, now) = (http.Query<RoleAssignmentsQuery>(), time.GetUtcNow());
        var asOf = await history.NowAsync(cancellation);
        var page = await Fitting(session, query, now).PageAsync(cursors, caller.TenantId, List, query, assignment => assignment.Id, cancellation);
        return new([.. page.Found.Select(assignment => RoleAssignmentViews.Of(assignment, now))], page.NextCursor, asOf);
    }

    private static IQueryable<RoleAssignment> Fitting(IQuerySession session, RoleAssignmentsQuery query, DateTimeOffset now)
    {
        var fitting = session.Query<RoleAssignment>().Where(assignment => assignment.RevokedAt == null);
        if (query.PrincipalId is { } principal)
        {
            fitting = fitting.Where(assignment => assignment.PrincipalId == principal);
        }

        if (query.Role is { } role)
        {
            fitting = fitting.Where(assignment => assignment.Role == role);
        }

        if (query.ScopeType is { } type)
        {
            fitting = fitting.Where(assignment => assignment.MatchesSql("d.data ->> 'scope' similar to ?", PatternOf(type.Kind())));
        }

        if (query.ScopeId is { } id)
        {
            fitting = fitting.Where(assignment => assignment.MatchesSql("split_part(d.data ->> 'scope', '/', -1) = ?", id));
        }

        return query.Expired switch
        {
            true => fitting.Where(assignment => assignment.ExpiresAt <= now),
            false => fitting.Where(assignment => assignment.ExpiresAt == null || assignment.ExpiresAt > now),
            null => fitting,
        };
    }

    private static string PatternOf(ScopeKind kind) => kind switch
    {
        ScopeKind.Platform => "/",
        ScopeKind.Tenant => "/tenants/[^/]+",
        ScopeKind.AgentInstance => "/tenants/[^/]+/agent-instances/[^/]+",
        _ => "/tenants/[^/]+/agents/[^/]+",
    };
}

public static class GetRoleAssignmentEndpoint
{
    /// <summary>Read one role assignment: who granted it, when and how.</summary>
    [WolverineGet("/v1/role-assignments/{id}"), Requires("iam:read")]
    public static async Task<Resource<RoleAssignmentView>> Get(string id, IQuerySession session, RoleAssignmentViews views, CancellationToken cancellation) =>
        new(await views.LoadAsync(id, session, cancellation));
}
