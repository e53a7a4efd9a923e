using System.Collections.Immutable;
using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Iam;

/// <summary>An identity in one tenant with what it holds: its roles, its single permissions and its tokens.</summary>
public sealed record Principal(string Id, PrincipalType Type, Personal SubjectId, Personal DisplayName, DateTimeOffset? NotAfter) : IRevisioned
{
    public int Version { get; set; }

    public ImmutableArray<Assignment> Assignments { get; init; } = [];

    public ImmutableArray<string> Permissions { get; init; } = [];

    public ImmutableArray<HeldToken> Tokens { get; init; } = [];

    public int LiveTokens(DateTimeOffset now) => Tokens.Count(token => token.ExpiresAt > now);

    public static Principal Create(IEvent<PrincipalCreated> e) =>
        new(e.StreamKey!, e.Data.Type, e.Data.SubjectId, e.Data.DisplayName, e.Data.NotAfter);

    public Principal Apply(RoleGranted e) => this with { Assignments = Assignments.Add(new(e.AssignmentId, e.Role, e.Scope, e.ExpiresAt)) };

    public Principal Apply(RoleRevoked e) => this with { Assignments = Assignments.RemoveAll(assignment => assignment.Id == e.AssignmentId) };

    public Principal Apply(PermissionsGranted e) => this with { Permissions = [.. Permissions.Union(e.Permissions)] };

    public Principal Apply(AccessTokenMinted e) => this with
    {
        Tokens = Tokens.Add(new(e.TokenId, [.. e.Scopes], e.ExpiresAt) { Audience = e.Audience, IpAllow = [.. e.IpAllow ?? []] }),
    };

    public Principal Apply(AccessTokenRotated e) => this with
    {
        Tokens = [.. Tokens.Select(token => token.Id == e.TokenId
            ? new(e.TokenId, [.. e.Scopes], e.ExpiresAt) { Audience = e.Audience, IpAllow = [.. e.IpAllow ?? []] }
            : token)],
    };

    public Principal Apply(AccessTokenRevoked e) => this with { Tokens = Tokens.RemoveAll(token => token.Id == e.TokenId) };
}

/// <summary>A role held at a scope path: <c>/</c>, <c>/tenants/{id}</c> or what lies below it.</summary>
public sealed record Assignment(string Id, string Role, string Scope, DateTimeOffset? ExpiresAt);

/// <summary>A token that was not revoked; its secret is nowhere.</summary>
public sealed record HeldToken(string Id, ImmutableArray<string> Scopes, DateTimeOffset ExpiresAt)
{
    public string? Audience { get; init; }

    public ImmutableArray<string> IpAllow { get; init; } = [];
}
