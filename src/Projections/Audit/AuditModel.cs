using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Audit;

public static class AuditModel
{
    public static void AddAudit(this StoreOptions store)
    {
        store.Event<SealClosed>("seal.closed", "erasure-evidence-5y");
        store.Projections.Snapshot<SealChain>(SnapshotLifecycle.Inline);
        store.Storage.ExtendedSchemaObjects.AddRange(SealRows.Tables());
    }
}
