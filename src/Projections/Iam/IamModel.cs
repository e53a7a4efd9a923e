using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Iam;

public static class IamModel
{
    public static void AddIam(this StoreOptions store)
    {
        store.Event<PrincipalCreated>("principal.created", "iam-36m")
            .Event<PrincipalRenamed>("principal.renamed", "iam-36m")
            .Event<PrincipalExpiryChanged>("principal.expiry_changed", "iam-36m")
            .Event<PrincipalExpired>("principal.expired", "iam-36m")
            .Event<PrincipalRevoked>("principal.revoked", "iam-36m")
            .Event<PrincipalErased>("principal.erased", "erasure-evidence-5y")
            .Event<InvitationCreated>("invitation.created", "iam-36m")
            .Event<InvitationDeliveryChanged>("invitation.delivery_changed", "comms-13m")
            .Event<InvitationAccepted>("invitation.accepted", "iam-36m")
            .Event<InvitationRevoked>("invitation.revoked", "iam-36m")
            .Event<InvitationExpired>("invitation.expired", "iam-36m")
            .Event<RoleGranted>("role_assignment.granted", "iam-36m")
            .Event<RoleRevoked>("role_assignment.revoked", "iam-36m")
            .Event<PermissionsGranted>("principal.permissions_granted", "iam-36m")
            .Event<AccessTokenMinted>("access_token.minted", "sec-12m")
            .Event<AccessTokenRotated>("access_token.rotated", "sec-12m")
            .Event<AccessTokenShortened>("access_token.shortened", "sec-12m")
            .Event<AccessTokenRevoked>("access_token.revoked", "sec-12m");
        store.Projections.Snapshot<Principal>(SnapshotLifecycle.Inline);
        store.Projections.Snapshot<Invitation>(SnapshotLifecycle.Inline);
        store.Projections.Add<AccessTokenProjection>(ProjectionLifecycle.Inline);
        store.Projections.Add<RoleAssignmentProjection>(ProjectionLifecycle.Inline);
        store.Schema.For<Principal>().IndexLastModified();
        store.Schema.For<Invitation>().Index(invitation => invitation.InvitedBy);
        store.Schema.For<TokenSecret>().SingleTenanted().Index(secret => secret.TokenId);
        store.Schema.For<EmailAddress>().SingleTenanted().Index(address => address.PrincipalId);
        store.Schema.For<InvitationToken>().SingleTenanted();
        store.Schema.For<OpenInvitation>().Index(open => open.InvitationId);
        store.Schema.For<PrincipalSubject>().Index(named => named.PrincipalId);
    }
}
