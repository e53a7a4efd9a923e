using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Marten;
using Marten.Linq.MatchesSql;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Which principals to list.</summary>
public sealed record PrincipalsQuery : ListQuery
{
    /// <summary>Those of this type.</summary>
    public PrincipalType? Type { get; init; }

    /// <summary>Those in this state; without it all but the revoked ones.</summary>
    public PrincipalState? State { get; init; }

    /// <summary>Those that hold this role, anywhere.</summary>
    [MaxLength(40)]
    public string? Role { get; init; }

    /// <summary>Those that the world knows by this name; needs <c>iam:read_personal</c>.</summary>
    [MaxLength(254)]
    public string? SubjectId { get; init; }

    /// <summary>Those that expire before this time.</summary>
    public DateTimeOffset? ExpiringBefore { get; init; }

    /// <summary>Those made before this day whose tokens nobody has used since.</summary>
    public DateTimeOffset? UnusedSince { get; init; }
}

/// <summary>A principal in short.</summary>
/// <param name="Id">Id of the principal.</param>
/// <param name="Type">User, service or agent.</param>
/// <param name="SubjectId">What names it to the world; masked without <c>iam:read_personal</c>.</param>
/// <param name="DisplayName">What people call it; masked without <c>iam:read_personal</c>.</param>
/// <param name="State">Active, expired or revoked.</param>
/// <param name="NotAfter">When it expires by itself.</param>
/// <param name="Roles">The roles that are in force, wherever they hold.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record PrincipalRow(
    string Id, PrincipalType Type, Personal SubjectId, Personal DisplayName, PrincipalState State, DateTimeOffset? NotAfter,
    IReadOnlyList<string> Roles, DateTimeOffset CreatedAt);

public static class GetPrincipalsEndpoint
{
    private const string List = "principals";
    private const string ReadPersonal = "iam:read_personal";

    /// <summary>List principals.</summary>
    [WolverineGet("/v1/principals"), Requires("iam:read"), Query<PrincipalsQuery>]
    public static async Task<Page<PrincipalRow>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, KeyRing ring, Cursors cursors, History history, TimeProvider time,
        CancellationToken cancellation)
    {
        var (query, now) = (http.Query<PrincipalsQuery>(), time.GetUtcNow());
        // Whoever could ask for an address could find out addresses.
        if (query.SubjectId is not null && !caller.May(ReadPersonal))
        {
            throw new ProblemException(Problems.Forbidden(ReadPersonal));
        }

        var asOf = await history.NowAsync(cancellation);
        var fitting = Fitting(session, query, now);
        if (query.SubjectId is { } subject)
        {
            var named = await NamedAsync(subject, session, ring, cancellation);
            fitting = fitting.Where(principal => principal.Id.IsOneOf(named));
        }

        var page = await fitting.PageAsync(cursors, caller.TenantId, List, query, principal => principal.Id, cancellation);
        return new([.. page.Found.Select(principal => Row(principal, caller, now))], page.NextCursor, asOf);
    }

    private static IQueryable<Principal> Fitting(IQuerySession session, PrincipalsQuery query, DateTimeOffset now)
    {
        IQueryable<Principal> fitting = session.Query<Principal>();
        fitting = query.State switch
        {
            PrincipalState.Revoked => fitting.Where(principal => principal.RevokedAt != null),
            PrincipalState.Expired => fitting.Where(principal => principal.RevokedAt == null && principal.NotAfter <= now),
            PrincipalState.Active => fitting.Where(principal => principal.RevokedAt == null && (principal.NotAfter == null || principal.NotAfter > now)),
            _ => fitting.Where(principal => principal.RevokedAt == null),
        };
        if (query.Type is { } type)
        {
            fitting = fitting.Where(principal => principal.Type == type);
        }

        if (query.Role is { } role)
        {
            fitting = fitting.Where(principal => principal.MatchesSql("d.data -> 'assignments' @> jsonb_build_array(jsonb_build_object('role', ?))", role));
        }

        if (query.UnusedSince is { } since)
        {
            fitting = fitting.Where(principal => principal.CreatedAt < since && principal.MatchesSql(
                $"not exists (select 1 from {TokenUses.Name} u where u.tenant_id = d.tenant_id and u.principal_id = d.id and u.used_at >= ?)", since));
        }

        return query.ExpiringBefore is { } end ? fitting.Where(principal => principal.NotAfter < end) : fitting;
    }

    private static async Task<string[]> NamedAsync(string subject, IQuerySession session, KeyRing ring, CancellationToken cancellation)
    {
        var keys = new List<string>();
        foreach (var type in Enum.GetValues<PrincipalType>())
        {
            keys.Add(await Subjects.KeyAsync(ring, session.TenantId, type, subject, cancellation));
        }

        return [.. (await session.LoadManyAsync<PrincipalSubject>(cancellation, keys)).Select(named => named.PrincipalId)];
    }

    private static PrincipalRow Row(Principal principal, Caller caller, DateTimeOffset now)
    {
        var mayRead = caller.MayReadPersonal(principal.Id);
        return new(
            principal.Id, principal.Type, Masks.Unless(mayRead, principal.SubjectId)!, Masks.Unless(mayRead, principal.DisplayName)!,
            principal.StateAt(now), principal.NotAfter,
            [.. principal.Assignments.Where(held => held.HoldsAt(now)).Select(held => held.Role).Distinct()], principal.CreatedAt);
    }
}
