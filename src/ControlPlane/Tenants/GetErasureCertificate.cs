using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Tenants;

/// <summary>A certificate as it is shown.</summary>
/// <param name="Certificate">What it says.</param>
/// <param name="Statement">The same as a compact JWS, signed with ES256 by one of the keys at <c>/.well-known/jwks.json</c>.</param>
public sealed record CertificateView(ErasureCertificate Certificate, string Statement);

public static class GetErasureCertificateEndpoint
{
    /// <summary>Read the certificate of an erasure by the address that was given at the deletion.</summary>
    /// <remarks>Until the tenant is erased the answer is 409 <c>not_purged_yet</c>; if it was restored instead, 410.</remarks>
    [WolverineGet("/v1/erasure-certificates/{token}"), Public, Extension, Answers(409, 410)]
    public static async Task<Resource<CertificateView>> Get(string token, IDocumentStore store, CancellationToken cancellation)
    {
        await using var platform = store.QuerySession(Tenant.Platform);
        if (await platform.LoadAsync<CertificateAddress>(TokenFormat.HashOf(token), cancellation) is not { } address)
        {
            return new(null);
        }

        await using var session = store.QuerySession(address.TenantId);
        var deletion = (await session.LoadAsync<Tenant>(address.TenantId, cancellation))!.Deletions.First(one => one.OperationId == address.OperationId);
        return deletion switch
        {
            { Restored: not null } => throw new ProblemException(Problems.Because(410, "gone", "The tenant was restored")),
            { Purged: { } purged } => new(new(Read(purged.CertificateSignature), purged.CertificateSignature)),
            _ => throw new ProblemException(Problems.Conflict("not_purged_yet", "The tenant is not erased yet", ("purgeAt", deletion.PurgeAt), ("retryable", true))),
        };
    }

    private static ErasureCertificate Read(string jws) =>
        JsonSerializer.Deserialize<ErasureCertificate>(System.Buffers.Text.Base64Url.DecodeFromChars(jws.Split('.')[1]), Json.Http)!;
}
