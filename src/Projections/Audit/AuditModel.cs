using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Audit;

public static class AuditModel
{
    public static void AddAudit(this StoreOptions store, TrailTerms terms)
    {
        store.Event<SealClosed>("seal.closed", "erasure-evidence-5y")
            .Event<ReclassificationRequested>("reclassification.requested", "iam-36m")
            .Event<ReclassificationEnded>("reclassification.ended", "iam-36m")
            .Event<RetentionPolicyReclassified>("audit.policy_reclassified", "erasure-evidence-5y")
            .Event<TrailEntriesExpired>("audit.entries_expired", "erasure-evidence-5y")
            .Event<ReadsAudited>("audit.reads", "ops-6m");
        store.Projections.Snapshot<SealChain>(SnapshotLifecycle.Inline);
        store.Projections.Snapshot<Reclassification>(SnapshotLifecycle.Inline);
        store.Projections.Snapshot<EventPolicy>(SnapshotLifecycle.Inline);
        store.Projections.LiveStreamAggregation<TrailLedger>();
        store.Projections.LiveStreamAggregation<ReadLedger>();
        store.Projections.Add(new TrailProjection(terms), ProjectionLifecycle.Async, TrailProjection.Name);
        store.Storage.ExtendedSchemaObjects.AddRange(SealRows.Tables());
        store.Storage.ExtendedSchemaObjects.AddRange(TrailRows.Tables());
    }
}
