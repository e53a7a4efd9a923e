using ControlPlane.Sealing;

namespace ControlPlane.Audit;

/// <summary>Somebody wants events to be kept under another policy.</summary>
public sealed record ReclassificationRequested(
    IReadOnlyList<string> EventIds, string ToPolicyId, ReclassificationReason Reason, Personal? Comment, string? LegalBasisCode, DateTimeOffset RequestedAt, string RequestedBy);
public sealed record ReclassificationEnded(int Changed, DateTimeOffset EndedAt);

/// <summary>One event is kept under another policy from here on; the event itself is as it was. Stands on a stream that has the event's id.</summary>
public sealed record RetentionPolicyReclassified(
    long Sequence, string FromPolicyId, string ToPolicyId, DateTimeOffset ExpiresAt, string? LegalBasisCode, string OperationId, ReclassificationReason Reason, string ReclassifiedBy);

/// <summary>Entries whose time had come left the trail for ever. The hash is SHA-256 over their event ids, one a line, in the order of their sequences.</summary>
public sealed record TrailEntriesExpired(string PolicyId, IReadOnlyList<long> Sequences, int Count, string EntriesHash);

/// <summary>Reads that are told of: of the trail, and by staff of what is a customer's.</summary>
public sealed record ReadsAudited(IReadOnlyList<AuditedRead> Reads);

/// <summary>One read.</summary>
public sealed record AuditedRead(DateTimeOffset At, string ActorId, string TokenId, string OperationCode, string? ResourceId, string? RequestId);

/// <summary>Why events are kept under another policy.</summary>
public enum ReclassificationReason
{
    /// <summary>They are needed for a dispute.</summary>
    LegalHold,

    /// <summary>An authority has asked for them.</summary>
    Authority,

    /// <summary>They were filed under the wrong policy.</summary>
    Correction,

    /// <summary>They are no longer needed for as long.</summary>
    Minimisation,
}
