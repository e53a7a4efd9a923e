using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Tenants;

public static class TenantsModel
{
    public static void AddTenants(this StoreOptions store)
    {
        store.Event<TenantCreated>("tenant.created", "iam-36m");
        store.Projections.Snapshot<Tenant>(SnapshotLifecycle.Inline);
        store.Schema.For<Tenant>().IndexLastModified();
    }
}
