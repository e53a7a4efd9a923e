using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Catalog;

public static class CatalogModel
{
    public static void AddCatalog(this StoreOptions store)
    {
        store.Event<CatalogPublished>("catalog.published", "fin-10y")
            .Event<CatalogEntryPublished>("catalog_entry.published", "fin-10y")
            .Event<CatalogEntryChanged>("catalog_entry.changed", "fin-10y");
        store.Projections.Snapshot<PublishedCatalog>(SnapshotLifecycle.Inline);
    }
}
