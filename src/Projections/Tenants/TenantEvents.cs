using ControlPlane.Sealing;

namespace ControlPlane.Tenants;

public sealed record TenantCreated(Personal Name, string Country, string Locale, string TermsVersion, string PrivacyVersion, bool MarketingConsent, string OwnerPrincipalId);

/// <summary>The tombstone. The owners' addresses are sealed under the departure key, for the tenant's own opens nothing from here on.</summary>
public sealed record TenantDeletionRequested(
    string OperationId, TenantDeletionReason Reason, DateTimeOffset RequestedAt, DateTimeOffset PurgeAt, DateTimeOffset? LegalDeadline,
    IReadOnlyList<Affected> Stopped, IReadOnlyList<Personal> OwnerAddresses, string RequestedBy);
public sealed record TenantRestored(
    string OperationId, IReadOnlyList<Affected> Restored, IReadOnlyList<NotRestored> NotRestored, IReadOnlyList<string> ActionCodes, Personal? Comment, string RestoredBy);
public sealed record TenantTierChanged(Tier Tier, IReadOnlyList<string> InstanceIds);
public sealed record TenantPurgeStarted(string OperationId, DateTimeOffset StartedAt);
public sealed record TenantPurgeStepEnded(string OperationId, string Step, StepOutcome Outcome, int Count, string? Reason, DateTimeOffset EndedAt);

/// <summary>What leaving needs was sealed under a key of its own: how many texts.</summary>
public sealed record DepartureKeyMade(string TenantId, int Count);
public sealed record DepartureKeyOpened(DepartureUse Use);

/// <summary>The end of it. The certificate is a compact JWS (RFC 7515).</summary>
public sealed record TenantPurged(string OperationId, string CertificateId, string CertificateSignature, DateTimeOffset PurgedAt);

/// <summary>Resources of one kind that a deletion stopped, or that came back.</summary>
/// <param name="KindCode">What they are, such as <c>agent_instance</c>.</param>
/// <param name="Ids">Which.</param>
public sealed record Affected(string KindCode, IReadOnlyList<string> Ids);

/// <summary>Something that did not come back with its tenant.</summary>
/// <param name="Id">What.</param>
/// <param name="ReasonCode">Why not.</param>
public sealed record NotRestored(string Id, string ReasonCode);

/// <summary>Why a tenant is deleted.</summary>
public enum TenantDeletionReason
{
    /// <summary>Erasure on demand of the person (GDPR article 17).</summary>
    Art17,

    /// <summary>The terms of service were broken.</summary>
    Tos,

    /// <summary>The customer leaves.</summary>
    Customer,

    /// <summary>Nobody pays.</summary>
    Nonpayment,
}

/// <summary>What the departure key was opened for.</summary>
public enum DepartureUse
{
    Letter,
}

/// <summary>How a step of a purge ended.</summary>
public enum StepOutcome
{
    /// <summary>It is done.</summary>
    Confirmed,

    /// <summary>The other side has no way to do it.</summary>
    Unsupported,

    /// <summary>It was tried for a day and did not pass.</summary>
    Failed,

    /// <summary>The law asks to keep it.</summary>
    Retained,
}
