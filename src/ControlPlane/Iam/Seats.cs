using Marten;

namespace ControlPlane.Iam;

public static class Seats
{
    /// <summary>How many people are members of the tenant, or are invited.</summary>
    public static async Task<int> SeatsAsync(this IQuerySession session, DateTimeOffset now, CancellationToken cancellation) =>
        await session.Query<Principal>().CountAsync(one => one.Type == PrincipalType.User && one.RevokedAt == null, cancellation)
        + await session.Query<Invitation>().CountAsync(one => one.State == InvitationState.Pending && one.ExpiresAt > now, cancellation);
}
