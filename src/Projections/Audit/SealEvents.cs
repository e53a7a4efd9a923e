namespace ControlPlane.Audit;

/// <summary>A span of the history was sealed. The signature is the statement as a compact JWS; the other members say the same in the open.</summary>
public sealed record SealClosed(
    long Number, long FirstSequence, long LastSequence, int EventCount, int TenantCount, string RootHash, string? PreviousHash, DateTimeOffset SealedAt,
    string KeyId, string Signature);
