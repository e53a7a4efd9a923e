using JasperFx.Events;

namespace ControlPlane.Audit;

/// <summary>A reclassification as a long operation.</summary>
public sealed record Reclassification(
    string Id, IReadOnlyList<string> EventIds, string ToPolicyId, ReclassificationReason Reason, string? LegalBasisCode, DateTimeOffset RequestedAt, string RequestedBy)
{
    public int? Changed { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public static Reclassification Create(IEvent<ReclassificationRequested> e) =>
        new(e.StreamKey!, e.Data.EventIds, e.Data.ToPolicyId, e.Data.Reason, e.Data.LegalBasisCode, e.Data.RequestedAt, e.Data.RequestedBy);

    public Reclassification Apply(ReclassificationEnded e) => this with { Changed = e.Changed, EndedAt = e.EndedAt };
}

/// <summary>The policy of an event that is no longer kept under that of its type; the id is the event's.</summary>
public sealed record EventPolicy(string Id, string PolicyId, string OperationId)
{
    public static EventPolicy Create(IEvent<RetentionPolicyReclassified> e) => new(e.StreamKey!, e.Data.ToPolicyId, e.Data.OperationId);

    public EventPolicy Apply(RetentionPolicyReclassified e) => this with { PolicyId = e.ToPolicyId, OperationId = e.OperationId };
}
