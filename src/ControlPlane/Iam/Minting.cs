using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Iam;

/// <summary>A new token: the secret to show once, the event to store, and the look-up that recognises the secret.</summary>
public sealed record Minted(string Secret, AccessTokenMinted Event, TokenSecret LookUp)
{
    public static Minted For(
        string tenantId, string principalId, Personal name, IReadOnlyList<string> scopes, DateTimeOffset expiresAt, string mintedBy)
    {
        var secret = TokenFormat.New();
        var tokenId = Ids.New("pat");
        return new(
            secret,
            new(tokenId, name, TokenFormat.HintOf(secret), scopes, expiresAt, mintedBy),
            new(TokenFormat.HashOf(secret), tenantId, principalId, tokenId, expiresAt));
    }
}
