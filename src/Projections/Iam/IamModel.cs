using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Iam;

public static class IamModel
{
    public static void AddIam(this StoreOptions store)
    {
        store.Event<PrincipalCreated>("principal.created", "iam-36m")
            .Event<RoleGranted>("role_assignment.granted", "iam-36m")
            .Event<RoleRevoked>("role_assignment.revoked", "iam-36m")
            .Event<PermissionsGranted>("principal.permissions_granted", "iam-36m")
            .Event<AccessTokenMinted>("access_token.minted", "sec-12m")
            .Event<AccessTokenRotated>("access_token.rotated", "sec-12m")
            .Event<AccessTokenRevoked>("access_token.revoked", "sec-12m");
        store.Projections.Snapshot<Principal>(SnapshotLifecycle.Inline);
        store.Projections.Add<AccessTokenProjection>(ProjectionLifecycle.Inline);
        store.Projections.Add<RoleAssignmentProjection>(ProjectionLifecycle.Inline);
        store.Schema.For<Principal>().IndexLastModified();
        store.Schema.For<TokenSecret>().SingleTenanted().Index(secret => secret.TokenId);
        store.Schema.For<EmailAddress>().SingleTenanted();
    }
}
