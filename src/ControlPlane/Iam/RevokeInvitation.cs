using ControlPlane.Hosting;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

public static class RevokeInvitationEndpoint
{
    public static Task<Principal> LoadAsync([NotBody] Caller caller, IDocumentStore store, CancellationToken cancellation) => caller.SelfAsync(store, cancellation);

    public static ProblemDetails Validate([NotBody] Invitation invitation, [NotBody] Principal self, [NotBody] Caller caller, TimeProvider time) =>
        invitation.Role == Roles.Owner && !self.Owns(caller.TenantId, time.GetUtcNow()) ? Delegation.AboveCaller()
        : invitation.StateAt(time.GetUtcNow()) is (InvitationState.Accepted or InvitationState.Expired) and var ended
            ? Problems.InvalidState(ended, Array.Empty<InvitationState>())
        : WolverineContinue.NoProblems;

    /// <summary>Revoke a pending invitation: its link leads nowhere from here on.</summary>
    [WolverineDelete("/v1/invitations/{id}"), Requires("iam:write")]
    public static (Answer<Nothing>, InvitationRevoked?, Writes) Delete([WriteModel("id")] Invitation invitation, [NotBody] Caller caller) =>
        invitation.State == InvitationState.Revoked
            ? (Answer.None(), null, new())
            : (
                Answer.None(invitation.Id),
                new(InvitationRevocation.Direct, caller.PrincipalId),
                new(MartenOps.DeleteWhere<OpenInvitation>(open => open.InvitationId == invitation.Id)));
}
