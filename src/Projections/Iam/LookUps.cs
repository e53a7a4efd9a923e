namespace ControlPlane.Iam;

/// <summary>Leads from the SHA-256 of a presented token to its holder. Operational, not history; not of one tenant.</summary>
public sealed record TokenSecret(string Id, string TenantId, string PrincipalId, string TokenId, DateTimeOffset ValidUntil);

/// <summary>Keeps a subject id for one principal of its type in the tenant: the id is its keyed hash. Operational.</summary>
public sealed record PrincipalSubject(string Id, string PrincipalId);

/// <summary>Leads from the SHA-256 of a presented token to its invitation. Operational; not of one tenant.</summary>
public sealed record InvitationToken(string Id, string TenantId, string InvitationId);

/// <summary>Keeps a target and role for one open invitation of the tenant: the id is their keyed hash. Operational.</summary>
public sealed record OpenInvitation(string Id, string InvitationId);

/// <summary>Leads from the keyed hash of an e-mail address to the owner it belongs to. Operational; not of one tenant.</summary>
public sealed record EmailAddress(string Id, string TenantId, string PrincipalId);
