using ControlPlane.Hosting.Bus;
using JasperFx.Events;

namespace ControlPlane.Tenants;

public static class Announcements
{
    public static AnnouncementMap AddTenants(this AnnouncementMap map) => map
        .On((IEvent<TenantCreated> e) => new Contracts.TenantCreated(e.StreamKey!, e.Data.OwnerPrincipalId, e.Data.Country));
}
