using ControlPlane.Sealing;

namespace ControlPlane.Iam;

public sealed record PrincipalCreated(PrincipalType Type, Personal SubjectId, Personal DisplayName, DateTimeOffset? NotAfter, string CreatedBy);
public sealed record PrincipalRenamed(Personal? SubjectId, Personal? DisplayName, string RenamedBy);
public sealed record PrincipalExpiryChanged(DateTimeOffset? NotAfter, string ChangedBy);
public sealed record PrincipalExpired;
public sealed record PrincipalRevoked(string RevokedBy);
public sealed record PrincipalErased(string ErasedBy);
public sealed record RoleGranted(string AssignmentId, string Role, string Scope, DateTimeOffset? ExpiresAt, GrantedVia Via, string GrantedBy);
public sealed record RoleRevoked(string AssignmentId, RoleRevocation Reason, string RevokedBy);
public sealed record PermissionsGranted(IReadOnlyList<string> Permissions, string GrantedBy);
public sealed record AccessTokenMinted(
    string TokenId, Personal Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, string MintedBy,
    string? Audience = null, IReadOnlyList<string>? IpAllow = null);
public sealed record AccessTokenRotated(
    string TokenId, Personal Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, DateTimeOffset OldSecretEndsAt, string RotatedBy,
    string? Audience = null, IReadOnlyList<string>? IpAllow = null);
public sealed record AccessTokenShortened(string TokenId, DateTimeOffset ExpiresAt);
public sealed record AccessTokenRevoked(string TokenId, TokenRevocation Reason, string RevokedBy);

public enum PrincipalType
{
    User,
    Service,
    Agent,
}

public enum GrantedVia
{
    Direct,
    Invitation,
    Signup,
    Bootstrap,
}

public enum RoleRevocation
{
    Direct,
    PrincipalRevoked,
}

public enum TokenRevocation
{
    User,
    Leak,
    PrincipalRevoked,
    TenantDeletion,
    Ceiling,
}
