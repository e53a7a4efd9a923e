using ControlPlane.Hosting;
using ControlPlane.Mail;
using ControlPlane.Tenants;
using Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>Mails an invitation.</summary>
public sealed record SendInvitationLetter(string InvitationId);

public static class SendInvitationLetterHandler
{
    public static async Task<InvitationDeliveryChanged?> Handle(
        SendInvitationLetter message, [WriteModel(nameof(SendInvitationLetter.InvitationId))] Invitation? invitation, IQuerySession session,
        InvitationTokens tokens, Postmark postmark, Portal portal, TimeProvider time, CancellationToken cancellation)
    {
        if (invitation is not { Email: { IsReadable: true } email } || invitation.StateAt(time.GetUtcNow()) != InvitationState.Pending)
        {
            return null;
        }

        var tenant = await session.LoadAsync<Tenant>(session.TenantId, cancellation);
        var link = portal.At(InvitationTokens.PathOf(await tokens.OfAsync(session.TenantId, invitation.Id, cancellation)));
        var words = InvitationLetters.Invite(invitation.Locale, tenant!.Name.Value, invitation.Message is { IsReadable: true } added ? added.Value : null, link);
        await postmark.SendAsync(new($"{invitation.Id}:letter", email.Value, words, "invitation") { Tenant = session.TenantId }, cancellation);
        return invitation.Delivery < DeliveryState.Sent ? new(DeliveryState.Sent) : null;
    }
}
