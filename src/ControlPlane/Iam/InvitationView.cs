using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Marten;

namespace ControlPlane.Iam;

/// <summary>An offer to somebody to join the tenant.</summary>
/// <param name="Id">Id of the invitation.</param>
/// <param name="State">Pending, accepted, revoked or expired.</param>
/// <param name="Email">Whom it was mailed to; masked without <c>iam:read_personal</c>.</param>
/// <param name="TelegramUserId">Whom it is for at Telegram; masked without <c>iam:read_personal</c>.</param>
/// <param name="Role">The role it offers.</param>
/// <param name="Scope">Where the role will hold.</param>
/// <param name="Locale">The language of its letter, as BCP 47.</param>
/// <param name="Delivery">What became of its letter; absent where none is sent.</param>
/// <param name="InvitedBy">Who invites.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="PrincipalId">The principal that it has led to.</param>
/// <param name="AcceptUrl">Where it is accepted: shown once, and only where no letter is sent.</param>
public sealed record InvitationView(
    string Id, InvitationState State, Personal? Email, Personal? TelegramUserId, string Role, string Scope, string Locale, DeliveryState? Delivery,
    string InvitedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? PrincipalId, [property: Secret] string? AcceptUrl = null);

/// <summary>Shows invitations to whoever asks, with as much of them as he may read.</summary>
public sealed class InvitationViews(IHttpContextAccessor http, TimeProvider time) : IShow<InvitationView>
{
    public async Task<InvitationView?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation) =>
        (session.Pending<Invitation>(invitation => invitation.Id == id) ?? await session.LoadAsync<Invitation>(id, cancellation)) is { } found
            ? Of(found)
            : null;

    public InvitationView Of(Invitation invitation)
    {
        var mayRead = http.HttpContext?.Features.Get<Caller>().MayReadPersonal() == true;
        return new(
            invitation.Id, invitation.StateAt(time.GetUtcNow()), Masks.Unless(mayRead, invitation.Email), Masks.Unless(mayRead, invitation.TelegramUserId),
            invitation.Role, invitation.Scope, invitation.Locale, invitation.Delivery, invitation.InvitedBy, invitation.CreatedAt, invitation.ExpiresAt,
            invitation.PrincipalId);
    }
}
