using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.Events;

namespace ControlPlane.Iam;

public static class Announcements
{
    public static AnnouncementMap AddIam(this AnnouncementMap map) => map
        .On((IEvent<PrincipalCreated> e) => new Contracts.PrincipalCreated(
            e.StreamKey!, Words.Of(e.Data.Type), e.Data.NotAfter, e.Data.CreatedBy))
        .On((IEvent<PrincipalRenamed> e) => new Contracts.PrincipalRenamed(e.StreamKey!, e.Data.RenamedBy))
        .On((IEvent<PrincipalExpiryChanged> e) => new Contracts.PrincipalExpiryChanged(e.StreamKey!, e.Data.NotAfter, e.Data.ChangedBy))
        .On((IEvent<PrincipalExpired> e) => new Contracts.PrincipalExpired(e.StreamKey!))
        .On((IEvent<PrincipalRevoked> e) => new Contracts.PrincipalRevoked(e.StreamKey!, e.Data.RevokedBy))
        .On((IEvent<PrincipalErased> e) => new Contracts.PrincipalErased(e.StreamKey!, e.Data.ErasedBy))
        .On((IEvent<InvitationCreated> e) => new Contracts.InvitationCreated(e.StreamKey!, e.Data.Role, e.Data.Scope, e.Data.ExpiresAt, e.Data.InvitedBy))
        .On((IEvent<InvitationDeliveryChanged> e) => new Contracts.InvitationDeliveryChanged(e.StreamKey!, Words.Of(e.Data.State)))
        .On((IEvent<InvitationAccepted> e) => new Contracts.InvitationAccepted(e.StreamKey!, e.Data.PrincipalId))
        .On((IEvent<InvitationRevoked> e) => new Contracts.InvitationRevoked(e.StreamKey!, Words.Of(e.Data.Reason), e.Data.RevokedBy))
        .On((IEvent<InvitationExpired> e) => new Contracts.InvitationExpired(e.StreamKey!))
        .On((IEvent<RoleGranted> e) => new Contracts.RoleAssignmentGranted(
            e.Data.AssignmentId, e.StreamKey!, e.Data.Role, e.Data.Scope, e.Data.ExpiresAt, Words.Of(e.Data.Via), e.Data.GrantedBy))
        .On((IEvent<RoleRevoked> e) => new Contracts.RoleAssignmentRevoked(
            e.Data.AssignmentId, e.StreamKey!, Words.Of(e.Data.Reason), e.Data.RevokedBy))
        .On((IEvent<AccessTokenMinted> e) => new Contracts.AccessTokenMinted(
            e.Data.TokenId, e.StreamKey!, e.Data.Hint, e.Data.Scopes, e.Data.ExpiresAt, e.Data.MintedBy))
        .On((IEvent<AccessTokenRotated> e) => new Contracts.AccessTokenRotated(
            e.Data.TokenId, e.StreamKey!, e.Data.Hint, e.Data.ExpiresAt, e.Data.OldSecretEndsAt, e.Data.RotatedBy))
        .On((IEvent<AccessTokenRevoked> e) => new Contracts.AccessTokenRevoked(
            e.Data.TokenId, e.StreamKey!, Words.Of(e.Data.Reason), e.Data.RevokedBy));
}
