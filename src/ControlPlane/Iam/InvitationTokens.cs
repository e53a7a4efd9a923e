using System.Security.Cryptography;
using System.Text;
using ControlPlane.Sealing;

namespace ControlPlane.Iam;

/// <summary>The tokens of invitations. They are derived whenever they are needed; only their hashes are kept.</summary>
public sealed class InvitationTokens(KeyRing ring)
{
    private const string Prefix = "ocp_inv_";
    private const int FirstLetter = 1;

    /// <summary>256 bits of HMAC-SHA-256 (RFC 2104) under a key of the tenant, over the invitation and the number of its letter.</summary>
    public async ValueTask<string> OfAsync(string tenant, string invitationId, CancellationToken cancellation)
    {
        var key = await ring.DeriveAsync(tenant, "invitation tokens", cancellation);
        return TokenFormat.Of(Prefix, HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{invitationId}\n{FirstLetter}")));
    }

    /// <summary>The page where an invitation is accepted.</summary>
    public static string PathOf(string token) => $"/invitations/{token}";
}
