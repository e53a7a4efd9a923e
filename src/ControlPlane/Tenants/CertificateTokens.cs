using System.Security.Cryptography;
using System.Text;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;

namespace ControlPlane.Tenants;

/// <summary>
/// The addresses of erasure certificates: unguessable, and derived whenever they are needed, so that only a hash is kept. The key
/// is the platform's, for the tenant's own is gone when the certificate is read.
/// </summary>
public sealed class CertificateTokens(KeyRing ring, Portal portal)
{
    private const string Prefix = "ocp_cer_";

    /// <summary>256 bits of HMAC-SHA-256 (RFC 2104) over tenant and deletion.</summary>
    public async ValueTask<string> OfAsync(string tenant, string operationId, CancellationToken cancellation)
    {
        var key = await ring.DeriveAsync(Tenant.Platform, "erasure certificates", cancellation);
        return TokenFormat.Of(Prefix, HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{tenant}\n{operationId}")));
    }

    /// <summary>Where the certificate will be read.</summary>
    public async ValueTask<string> AddressOfAsync(string tenant, string operationId, CancellationToken cancellation) =>
        portal.At($"/v1/erasure-certificates/{await OfAsync(tenant, operationId, cancellation)}");
}
