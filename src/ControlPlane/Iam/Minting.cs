using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Iam;

/// <summary>A new token: the secret to show once, the event to store, and the look-up that recognises the secret.</summary>
public sealed record Minted(string Secret, AccessTokenMinted Event, TokenSecret LookUp)
{
    public static Minted For(
        string tenantId, string principalId, Personal name, IReadOnlyList<string> scopes, DateTimeOffset expiresAt, string mintedBy,
        string? audience = null, IReadOnlyList<string>? ipAllow = null, string? tokenId = null)
    {
        var secret = TokenFormat.New();
        tokenId ??= Ids.New("pat");
        return new(
            secret,
            new(tokenId, name, TokenFormat.HintOf(secret), scopes, expiresAt, mintedBy, audience, ipAllow),
            new(TokenFormat.HashOf(secret), tenantId, principalId, tokenId, expiresAt));
    }

    /// <summary>The event where the token was there before and only the secret is new.</summary>
    public AccessTokenRotated AsRotation(DateTimeOffset oldSecretEndsAt) => new(
        Event.TokenId, Event.Name, Event.Hint, Event.Scopes, Event.ExpiresAt, oldSecretEndsAt, Event.MintedBy, Event.Audience, Event.IpAllow);
}

/// <summary>What the decision must know.</summary>
/// <param name="Target">The principal that the token is for.</param>
/// <param name="IsAboveCaller">Whether he is an owner and the caller is none.</param>
/// <param name="Rotated">The token that gets a new secret.</param>
/// <param name="Secrets">Its secrets so far.</param>
public sealed record MintCase(Principal? Target, bool IsAboveCaller, AccessToken? Rotated, IReadOnlyList<TokenSecret> Secrets);
