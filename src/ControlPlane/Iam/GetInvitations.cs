using ControlPlane.Hosting;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Which invitations to list.</summary>
public sealed record InvitationsQuery : ListQuery
{
    /// <summary>Those in this state; the pending ones when left out.</summary>
    public InvitationState State { get; init; } = InvitationState.Pending;
}

public static class GetInvitationsEndpoint
{
    private const string List = "invitations";

    /// <summary>List invitations: the pending ones, or those in the state that is asked for.</summary>
    [WolverineGet("/v1/invitations"), Requires("iam:read"), Query<InvitationsQuery>]
    public static async Task<Page<InvitationView>> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, InvitationViews views, Cursors cursors, History history, TimeProvider time,
        CancellationToken cancellation)
    {
        var query = http.Query<InvitationsQuery>();
        var asOf = await history.NowAsync(cancellation);
        var page = await Fitting(session, query.State, time.GetUtcNow())
            .PageAsync(cursors, caller.TenantId, List, query, invitation => invitation.Id, cancellation);
        return new([.. page.Found.Select(views.Of)], page.NextCursor, asOf);
    }

    // Right also where the timer is late.
    private static IQueryable<Invitation> Fitting(IQuerySession session, InvitationState state, DateTimeOffset now)
    {
        var all = session.Query<Invitation>();
        return state switch
        {
            InvitationState.Pending => all.Where(invitation => invitation.State == InvitationState.Pending && invitation.ExpiresAt > now),
            InvitationState.Expired => all.Where(invitation =>
                invitation.State == InvitationState.Expired || (invitation.State == InvitationState.Pending && invitation.ExpiresAt <= now)),
            _ => all.Where(invitation => invitation.State == state),
        };
    }
}
