using ControlPlane.Sealing;
using JasperFx.Events;
using Marten.Events.Projections;

namespace ControlPlane.Iam;

/// <summary>One row of the list of tokens, and what the answer to minting shows beside the secret.</summary>
public sealed record AccessToken(string Id, string PrincipalId, Personal Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    public string? Audience { get; init; }

    public IReadOnlyList<string> IpAllow { get; init; } = [];

    public DateTimeOffset? RevokedAt { get; init; }

    public TokenRevocation? RevokedFor { get; init; }
}

public sealed partial class AccessTokenProjection : MultiStreamProjection<AccessToken, string>
{
    public AccessTokenProjection()
    {
        Identity<AccessTokenMinted>(e => e.TokenId);
        Identity<AccessTokenRotated>(e => e.TokenId);
        Identity<AccessTokenShortened>(e => e.TokenId);
        Identity<AccessTokenRevoked>(e => e.TokenId);
    }

    public static AccessToken Create(IEvent<AccessTokenMinted> e) =>
        new(e.Data.TokenId, e.StreamKey!, e.Data.Name, e.Data.Hint, e.Data.Scopes, e.Timestamp, e.Data.ExpiresAt)
        {
            Audience = e.Data.Audience,
            IpAllow = e.Data.IpAllow ?? [],
        };

    public static AccessToken Apply(AccessTokenRotated e, AccessToken token) => token with
    {
        Name = e.Name,
        Hint = e.Hint,
        Scopes = e.Scopes,
        ExpiresAt = e.ExpiresAt,
        Audience = e.Audience,
        IpAllow = e.IpAllow ?? [],
    };

    public static AccessToken Apply(AccessTokenShortened e, AccessToken token) => token with { ExpiresAt = e.ExpiresAt };

    public static AccessToken Apply(IEvent<AccessTokenRevoked> e, AccessToken token) =>
        token with { RevokedAt = e.Timestamp, RevokedFor = e.Data.Reason };
}
