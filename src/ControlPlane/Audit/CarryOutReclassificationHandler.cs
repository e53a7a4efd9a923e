using ControlPlane.Catalog;
using ControlPlane.Hosting;
using Marten;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Audit;

/// <summary>Moves the events of an operation to their new policy.</summary>
public sealed record CarryOutReclassification(string OperationId);

public static class CarryOutReclassificationHandler
{
    public static Task<IReadOnlyList<KeptEvent>> LoadAsync(Reclassification? operation, IQuerySession session, CancellationToken cancellation) => operation is { EndedAt: null }
        ? KeptEvent.FindAsync(session, session.TenantId, operation.EventIds, cancellation)
        : Task.FromResult<IReadOnlyList<KeptEvent>>([]);

    public static (ReclassificationEnded?, Writes) Handle(
        CarryOutReclassification message, [WriteModel(nameof(CarryOutReclassification.OperationId))] Reclassification? operation, IReadOnlyList<KeptEvent> events,
        CatalogStore catalog, TimeProvider time)
    {
        if (operation is not { EndedAt: null })
        {
            return (null, new());
        }

        var policy = catalog.Newest<RetentionPolicy>(operation.ToPolicyId)!.Spec;
        var moved = events.Where(kept => kept.PolicyId != operation.ToPolicyId).ToArray();
        return (new(moved.Length, time.GetUtcNow()), new(moved.Select(kept => Move(kept, operation, policy.Duration.After(kept.StoredAt)))));
    }

    private static IMartenOp Move(KeptEvent kept, Reclassification operation, DateTimeOffset expiresAt)
    {
        var changed = new RetentionPolicyReclassified(
            kept.Sequence, kept.PolicyId, operation.ToPolicyId, expiresAt, operation.LegalBasisCode, operation.Id, operation.Reason, operation.RequestedBy);
        return kept.OperationId is null ? MartenOps.StartStream<EventPolicy>(kept.Id, changed) : MartenOps.Append(kept.Id, changed);
    }
}
