using ControlPlane.Sealing;

namespace ControlPlane.Iam;

public sealed record InvitationCreated(
    Personal? Email, Personal? TelegramUserId, string Role, string Scope, string Locale, Personal? Message, bool IsMailed, DateTimeOffset ExpiresAt,
    string InviterTenantId, string InvitedBy);
public sealed record InvitationDeliveryChanged(DeliveryState State);
public sealed record InvitationAccepted(string PrincipalId, string TermsVersion, string PrivacyVersion);
public sealed record InvitationRevoked(InvitationRevocation Reason, string RevokedBy);
public sealed record InvitationExpired;

/// <summary>What became of a letter; a later word of the list overrules an earlier one.</summary>
public enum DeliveryState
{
    Queued,
    Sent,
    Delivered,
    Bounced,
    Complained,
}

public enum InvitationRevocation
{
    Direct,
    InviterRevoked,
}
