namespace ControlPlane.Contracts;

/// <summary>A principal came into being.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="Type"><c>user</c>, <c>service</c> or <c>agent</c>.</param>
/// <param name="NotAfter">When it expires by itself.</param>
/// <param name="CreatedBy">Id of the principal who created it, or <c>system</c>.</param>
[IntegrationEvent("principal", "created")]
public sealed record PrincipalCreated(string PrincipalId, string Type, DateTimeOffset? NotAfter, string CreatedBy);

/// <summary>A principal is named or known otherwise; read the names over the API.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="RenamedBy">Id of the principal who renamed it.</param>
[IntegrationEvent("principal", "renamed")]
public sealed record PrincipalRenamed(string PrincipalId, string RenamedBy);

/// <summary>The end of a principal was moved.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="NotAfter">When it expires by itself; absent where it no longer does.</param>
/// <param name="ChangedBy">Id of the principal who moved it.</param>
[IntegrationEvent("principal", "expiry_changed")]
public sealed record PrincipalExpiryChanged(string PrincipalId, DateTimeOffset? NotAfter, string ChangedBy);

/// <summary>The time of a principal is over; it comes back if its end is moved.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
[IntegrationEvent("principal", "expired")]
public sealed record PrincipalExpired(string PrincipalId);

/// <summary>A principal ended for ever, and with it its role assignments and tokens.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="RevokedBy">Id of the principal who revoked it.</param>
[IntegrationEvent("principal", "revoked")]
public sealed record PrincipalRevoked(string PrincipalId, string RevokedBy);

/// <summary>The personal data of a principal was erased: forget what you keep of the person.</summary>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="ErasedBy">Id of the principal who had it erased.</param>
[IntegrationEvent("principal", "erased")]
public sealed record PrincipalErased(string PrincipalId, string ErasedBy);

/// <summary>A principal was given a role at a scope.</summary>
/// <param name="RoleAssignmentId">Id of the assignment.</param>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="Role"><c>owner</c>, <c>admin</c>, <c>operator</c>, <c>billing</c> or <c>auditor</c>.</param>
/// <param name="Scope">The path below which the role holds: <c>/tenants/{id}</c>.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="Via"><c>direct</c>, <c>invitation</c>, <c>signup</c> or <c>bootstrap</c>.</param>
/// <param name="GrantedBy">Id of the principal who granted it, or <c>system</c>.</param>
[IntegrationEvent("role_assignment", "granted")]
public sealed record RoleAssignmentGranted(
    string RoleAssignmentId, string PrincipalId, string Role, string Scope, DateTimeOffset? ExpiresAt, string Via, string GrantedBy);

/// <summary>A role assignment ended before its time.</summary>
/// <param name="RoleAssignmentId">Id of the assignment.</param>
/// <param name="PrincipalId">Id of the principal.</param>
/// <param name="Reason"><c>direct</c>, or <c>principal_revoked</c> where it ended with its principal.</param>
/// <param name="RevokedBy">Id of the principal who revoked it, or <c>system</c>.</param>
[IntegrationEvent("role_assignment", "revoked")]
public sealed record RoleAssignmentRevoked(string RoleAssignmentId, string PrincipalId, string Reason, string RevokedBy);

/// <summary>A personal access token was minted.</summary>
/// <param name="TokenId">Id of the token; never the secret.</param>
/// <param name="PrincipalId">Id of its principal.</param>
/// <param name="Hint">The few last characters of the secret, by which its holder recognises it.</param>
/// <param name="Scopes">The permissions it is narrowed to; empty for all of its principal's.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="MintedBy">Id of the principal who minted it, or <c>system</c>.</param>
[IntegrationEvent("access_token", "minted")]
public sealed record AccessTokenMinted(
    string TokenId, string PrincipalId, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, string MintedBy);

/// <summary>A personal access token got a new secret.</summary>
/// <param name="TokenId">Id of the token, which stays.</param>
/// <param name="PrincipalId">Id of its principal.</param>
/// <param name="Hint">The few last characters of the new secret.</param>
/// <param name="ExpiresAt">When the token ends.</param>
/// <param name="OldSecretEndsAt">Until when the old secret is honoured too.</param>
/// <param name="RotatedBy">Id of the principal who rotated it, or <c>system</c>.</param>
[IntegrationEvent("access_token", "rotated")]
public sealed record AccessTokenRotated(
    string TokenId, string PrincipalId, string Hint, DateTimeOffset ExpiresAt, DateTimeOffset OldSecretEndsAt, string RotatedBy);

/// <summary>A personal access token ended before its time.</summary>
/// <param name="TokenId">Id of the token.</param>
/// <param name="PrincipalId">Id of its principal.</param>
/// <param name="Reason"><c>user</c>, <c>leak</c>, <c>principal_revoked</c>, <c>tenant_deletion</c> or <c>ceiling</c>.</param>
/// <param name="RevokedBy">Id of the principal who revoked it, or <c>system</c>.</param>
[IntegrationEvent("access_token", "revoked")]
public sealed record AccessTokenRevoked(string TokenId, string PrincipalId, string Reason, string RevokedBy);

/// <summary>Somebody was invited to join a tenant.</summary>
/// <param name="InvitationId">Id of the invitation; never its token.</param>
/// <param name="Role">The role that is offered.</param>
/// <param name="Scope">The path below which the role will hold.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="InvitedBy">Id of the principal who invites.</param>
[IntegrationEvent("invitation", "created")]
public sealed record InvitationCreated(string InvitationId, string Role, string Scope, DateTimeOffset ExpiresAt, string InvitedBy);

/// <summary>More is known of the letter of an invitation.</summary>
/// <param name="InvitationId">Id of the invitation.</param>
/// <param name="State"><c>sent</c>, <c>delivered</c>, <c>bounced</c> or <c>complained</c>.</param>
[IntegrationEvent("invitation", "delivery_changed")]
public sealed record InvitationDeliveryChanged(string InvitationId, string State);

/// <summary>An invitation was accepted: there is a new principal.</summary>
/// <param name="InvitationId">Id of the invitation.</param>
/// <param name="PrincipalId">Id of the principal.</param>
[IntegrationEvent("invitation", "accepted")]
public sealed record InvitationAccepted(string InvitationId, string PrincipalId);

/// <summary>An invitation was withdrawn.</summary>
/// <param name="InvitationId">Id of the invitation.</param>
/// <param name="Reason"><c>direct</c>, or <c>inviter_revoked</c> where it ended with whoever had invited.</param>
/// <param name="RevokedBy">Id of the principal who withdrew it.</param>
[IntegrationEvent("invitation", "revoked")]
public sealed record InvitationRevoked(string InvitationId, string Reason, string RevokedBy);

/// <summary>Nobody accepted an invitation in time.</summary>
/// <param name="InvitationId">Id of the invitation.</param>
[IntegrationEvent("invitation", "expired")]
public sealed record InvitationExpired(string InvitationId);
