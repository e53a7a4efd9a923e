using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.Events;

namespace ControlPlane.Tenants;

public static class Announcements
{
    public static AnnouncementMap AddTenants(this AnnouncementMap map) => map
        .On((IEvent<TenantCreated> e) => new Contracts.TenantCreated(e.StreamKey!, e.Data.OwnerPrincipalId, e.Data.Country))
        .On((IEvent<TenantDeletionRequested> e) => new Contracts.TenantDeletionRequested(e.StreamKey!, e.Data.OperationId, Words.Of(e.Data.Reason), e.Data.PurgeAt))
        .On((IEvent<TenantRestored> e) => new Contracts.TenantRestored(e.StreamKey!, e.Data.OperationId))
        .On((IEvent<TenantTierChanged> e) => new Contracts.TenantTierChanged(e.StreamKey!, Words.Of(e.Data.Tier), e.Data.InstanceIds))
        .On((IEvent<TenantPurgeStarted> e) => new Contracts.TenantPurgeStarted(e.StreamKey!, e.Data.OperationId))
        .On((IEvent<TenantPurged> e) => new Contracts.TenantPurged(e.StreamKey!, e.Data.OperationId, e.Data.CertificateId));
}
