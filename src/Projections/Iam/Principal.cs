using System.Collections.Immutable;
using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Iam;

/// <summary>An identity in one tenant with what it holds: its roles, its single permissions and its tokens.</summary>
public sealed record Principal(string Id, PrincipalType Type, Personal SubjectId, Personal DisplayName, DateTimeOffset? NotAfter) : IRevisioned
{
    public int Version { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Whether its history says already that it has expired.</summary>
    public bool IsKnownToHaveExpired { get; init; }

    public ImmutableArray<Assignment> Assignments { get; init; } = [];

    public ImmutableArray<string> Permissions { get; init; } = [];

    public ImmutableArray<HeldToken> Tokens { get; init; } = [];

    public int LiveTokens(DateTimeOffset now) => Tokens.Count(token => token.ExpiresAt > now);

    public PrincipalState StateAt(DateTimeOffset now) =>
        RevokedAt is not null ? PrincipalState.Revoked : NotAfter <= now ? PrincipalState.Expired : PrincipalState.Active;

    public static Principal Create(IEvent<PrincipalCreated> e) => new(e.StreamKey!, e.Data.Type, e.Data.SubjectId, e.Data.DisplayName, e.Data.NotAfter)
    {
        CreatedAt = e.Timestamp,
        CreatedBy = e.Data.CreatedBy,
    };

    public Principal Apply(PrincipalRenamed e) => this with { SubjectId = e.SubjectId ?? SubjectId, DisplayName = e.DisplayName ?? DisplayName };

    public Principal Apply(PrincipalExpiryChanged e) => this with { NotAfter = e.NotAfter, IsKnownToHaveExpired = false };

    public Principal Apply(PrincipalExpired _) => this with { IsKnownToHaveExpired = true };

    public Principal Apply(IEvent<PrincipalRevoked> e) => this with { RevokedAt = e.Timestamp, Permissions = [] };

    public Principal Apply(IEvent<PrincipalErased> e) => this with { ErasedAt = e.Timestamp };

    public Principal Apply(RoleGranted e) => this with { Assignments = Assignments.Add(new(e.AssignmentId, e.Role, e.Scope, e.ExpiresAt)) };

    public Principal Apply(RoleRevoked e) => this with { Assignments = Assignments.RemoveAll(assignment => assignment.Id == e.AssignmentId) };

    public Principal Apply(PermissionsGranted e) => this with { Permissions = [.. Permissions.Union(e.Permissions)] };

    public Principal Apply(AccessTokenMinted e) => this with
    {
        Tokens = Tokens.Add(new(e.TokenId, [.. e.Scopes], e.ExpiresAt) { Hint = e.Hint, Audience = e.Audience, IpAllow = [.. e.IpAllow ?? []] }),
    };

    public Principal Apply(AccessTokenRotated e) => this with
    {
        Tokens = [.. Tokens.Select(token => token.Id == e.TokenId
            ? new(e.TokenId, [.. e.Scopes], e.ExpiresAt) { Hint = e.Hint, Audience = e.Audience, IpAllow = [.. e.IpAllow ?? []] }
            : token)],
    };

    public Principal Apply(AccessTokenShortened e) =>
        this with { Tokens = [.. Tokens.Select(token => token.Id == e.TokenId ? token with { ExpiresAt = e.ExpiresAt } : token)] };

    public Principal Apply(AccessTokenRevoked e) => this with { Tokens = Tokens.RemoveAll(token => token.Id == e.TokenId) };
}

/// <summary>An expired principal comes back when its end is moved; a revoked one never does.</summary>
public enum PrincipalState
{
    Active,
    Expired,
    Revoked,
}

/// <summary>A role held at a scope path: <c>/</c>, <c>/tenants/{id}</c> or what lies below it.</summary>
public sealed record Assignment(string Id, string Role, string Scope, DateTimeOffset? ExpiresAt);

/// <summary>A token that was not revoked; its secret is nowhere.</summary>
public sealed record HeldToken(string Id, ImmutableArray<string> Scopes, DateTimeOffset ExpiresAt)
{
    /// <summary>The last four characters of the secret.</summary>
    public string? Hint { get; init; }

    public string? Audience { get; init; }

    public ImmutableArray<string> IpAllow { get; init; } = [];
}
