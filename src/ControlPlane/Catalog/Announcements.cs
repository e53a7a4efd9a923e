using ControlPlane.Hosting.Bus;
using JasperFx.Events;

namespace ControlPlane.Catalog;

public static class Announcements
{
    public static AnnouncementMap AddCatalog(this AnnouncementMap map) => map
        .On((IEvent<CatalogEntryPublished> e) => e.Data.Status == EntryStatus.Active
            ? new Contracts.CatalogEntryPublished(IdOf(e.Data.KindCode, e.Data.EntryRef), e.Data.KindCode, e.Data.EntryRef, e.Data.Digest) : null)
        .On((IEvent<CatalogEntryChanged> e) => e.Data.Status == EntryStatus.Deprecated
            ? new Contracts.CatalogEntryDeprecated(IdOf(e.Data.KindCode, e.Data.EntryRef), e.Data.KindCode, e.Data.EntryRef, e.Data.ReplacedByRef, e.Data.SunsetAt) : null)
        .On((IEvent<CatalogEntryChanged> e) => e.Data.Status is EntryStatus.Withdrawn or EntryStatus.Removed
            ? new Contracts.CatalogEntryWithdrawn(IdOf(e.Data.KindCode, e.Data.EntryRef), e.Data.KindCode, e.Data.EntryRef) : null);

    private static string IdOf(string kind, string @ref) => PublishedCatalog.KeyOf(kind, @ref);
}
