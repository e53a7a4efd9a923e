using ControlPlane.Hosting;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>The time to accept an invitation is over.</summary>
public sealed record ExpireInvitation(string InvitationId);

public static class ExpireInvitationHandler
{
    public static (InvitationExpired?, Writes) Handle(ExpireInvitation timer, [WriteModel(nameof(ExpireInvitation.InvitationId))] Invitation? invitation) =>
        invitation is { State: InvitationState.Pending }
            ? (new(), new(MartenOps.DeleteWhere<OpenInvitation>(open => open.InvitationId == timer.InvitationId)))
            : (null, new());
}
