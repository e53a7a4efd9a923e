using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Tenants;

public static class TenantsModel
{
    public static void AddTenants(this StoreOptions store)
    {
        store.Event<TenantCreated>("tenant.created", "iam-36m")
            .Event<TenantDeletionRequested>("tenant.deletion_requested", "erasure-evidence-5y")
            .Event<DepartureKeyMade>("tenant_departure.key_made", "erasure-evidence-5y")
            .Event<DepartureKeyOpened>("tenant_departure.key_opened", "erasure-evidence-5y")
            .Event<TenantRestored>("tenant.restored", "iam-36m")
            .Event<TenantTierChanged>("tenant.tier_changed", "fin-10y")
            .Event<TenantPurgeStarted>("tenant.purge_started", "erasure-evidence-5y")
            .Event<TenantPurgeStepEnded>("tenant.purge_step_ended", "erasure-evidence-5y")
            .Event<TenantPurged>("tenant.purged", "erasure-evidence-5y");
        store.Projections.Snapshot<Tenant>(SnapshotLifecycle.Inline);
        store.Projections.LiveStreamAggregation<Departure>();
        store.Schema.For<Tenant>().IndexLastModified();
        store.Schema.For<CertificateAddress>().SingleTenanted();
    }
}
