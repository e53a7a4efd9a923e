using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Marten.Events.Projections;

namespace ControlPlane.Audit;

/// <summary>What the trail has to know of retention policies.</summary>
/// <param name="EndOf">Until when an entry of a policy is kept that was made at a time.</param>
/// <param name="Floors">The policies that outlive the erasure of their tenant.</param>
public sealed record TrailTerms(Func<string, DateTimeOffset, DateTimeOffset> EndOf, Func<string[]> Floors);

/// <summary>Writes the trail from all events, a page of them in one statement.</summary>
public sealed class TrailProjection(TrailTerms terms) : IProjection
{
    public const string Name = "Trail";

    /// <summary>The name of its position.</summary>
    public const string Shard = $"{Name}:All";

    /// <summary>The step of a purge that leaves only what the law asks to keep.</summary>
    public const string PurgeStep = "audit.trail";

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // Where a transaction was rolled back the store fills the gap in the sequence; nothing happened there.
        Write(operations, [.. events.Where(stored => stored.Data is not Tombstone)]);
        return Task.CompletedTask;
    }

    private void Write(IDocumentOperations operations, IReadOnlyList<IEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        operations.QueueSqlCommand(
            TrailRows.Upsert,
            Of(events, e => e.TenantId), Of(events, e => e.Sequence), Of(events, e => e.Id), Of(events, e => e.StreamKey!), Of(events, e => e.Version),
            Of(events, e => e.EventTypeName), Of(events, e => e.Timestamp.ToUniversalTime()), Header(events, EventHeaders.Actor), Header(events, EventHeaders.Token),
            Header(events, EventHeaders.OnBehalfOf), Header(events, EventHeaders.RequestId), Of(events, e => e.CorrelationId), Of(events, e => e.CausationId),
            Of(events, PolicyOf), Header(events, EventHeaders.LegalBasis), Of(events, e => terms.EndOf(PolicyOf(e), e.Timestamp).ToUniversalTime()));
        foreach (var stored in events)
        {
            Follow(operations, stored);
        }
    }

    // What changes entries that were made before.
    private void Follow(IDocumentOperations operations, IEvent stored)
    {
        switch (stored.Data)
        {
            case RetentionPolicyReclassified changed:
                operations.QueueSqlCommand(
                    TrailRows.Reclassify, changed.ToPolicyId, (object?)changed.LegalBasisCode ?? DBNull.Value, changed.ExpiresAt.ToUniversalTime(), stored.TenantId, changed.Sequence);
                break;
            case TrailEntriesExpired expired:
                operations.QueueSqlCommand(TrailRows.Remove, stored.TenantId, expired.Sequences.ToArray());
                break;
            case TenantPurgeStepEnded { Step: PurgeStep }:
                operations.QueueSqlCommand(TrailRows.Purge, stored.TenantId, stored.Sequence, terms.Floors());
                break;
        }
    }

    private static string PolicyOf(IEvent stored) => stored.GetHeader(EventHeaders.Retention)?.ToString() ?? EventCatalog.Of(stored.EventType).RetentionPolicy;

    private static T[] Of<T>(IReadOnlyList<IEvent> events, Func<IEvent, T> column) => [.. events.Select(column)];

    private static string?[] Header(IReadOnlyList<IEvent> events, string name) => Of(events, e => e.GetHeader(name)?.ToString());
}
