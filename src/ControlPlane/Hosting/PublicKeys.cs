using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting.OpenApi;

namespace ControlPlane.Hosting;

/// <summary>The public keys of what the service signs (RFC 7517), the one that signs first.</summary>
/// <param name="Keys">All that ever signed and are still kept.</param>
public sealed record PublicKeys(IReadOnlyList<PublicKey> Keys)
{
    /// <summary>The payload of a compact JWS that one of the keys has signed; null when none has.</summary>
    /// <param name="jws">The JWS.</param>
    /// <param name="type">What it must say it is, so that one statement is not taken for another; null where anything signed will do.</param>
    public byte[]? Payload(string jws, string? type = null)
    {
        if (jws.Split('.') is not [var head, var body, var signature] || !IsExact(head) || !IsExact(body) || !IsExact(signature))
        {
            return null;
        }

        return HeaderOf(head) is { Alg: PublicKey.Algorithm } header && (type is null || header.Typ == type)
            && Verify(header.Kid, Encoding.ASCII.GetBytes($"{head}.{body}"), Base64Url.DecodeFromChars(signature))
            ? Base64Url.DecodeFromChars(body)
            : null;
    }

    // The bits that no byte needs are zero, so that there is one way to write a signature and no other.
    private static bool IsExact(string part) => Base64Url.IsValid(part) && Base64Url.EncodeToString(Base64Url.DecodeFromChars(part)) == part;

    private bool Verify(string kid, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        if (Keys.FirstOrDefault(key => key.Kid == kid) is not { } key || signature.Length != PublicKey.SignatureSize)
        {
            return false;
        }

        using var opened = key.Open();
        return opened.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static JwsHeader? HeaderOf(string head)
    {
        try
        {
            return JsonSerializer.Deserialize<JwsHeader>(Base64Url.DecodeFromChars(head), JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One public key (RFC 7517, RFC 7518 §6.2).</summary>
/// <param name="Kty">The kind of key: <c>EC</c>.</param>
/// <param name="Crv">The curve: <c>P-256</c>.</param>
/// <param name="X">The point's first coordinate, base64url.</param>
/// <param name="Y">Its second.</param>
/// <param name="Use">What it is for: <c>sig</c>.</param>
/// <param name="Alg">The algorithm: <c>ES256</c>.</param>
/// <param name="Kid">What signatures name it by: its thumbprint (RFC 7638).</param>
public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid)
{
    public const string Algorithm = "ES256";
    public const int SignatureSize = 64;

    public static PublicKey Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        var thumbprint = SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""));
        return new("EC", "P-256", x, y, "sig", Algorithm, Base64Url.EncodeToString(thumbprint));
    }

    /// <summary>The key at a point of the curve; null where there is no such point.</summary>
    public static PublicKey? At(string x, string y)
    {
        try
        {
            using var key = new PublicKey("", "", x, y, "", "", "").Open();
            return Of(key);
        }
        catch (Exception error) when (error is CryptographicException or FormatException or ArgumentException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether it is a key at all, and bears the name that follows from it.</summary>
    public bool IsSound() => At(X, Y) == this;

    public ECDsa Open() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    });
}

/// <summary>The protected header of what the service signs.</summary>
internal sealed record JwsHeader(string Alg, string Kid, string Typ);

public static class PublicKeyEndpoint
{
    private const string MediaType = "application/jwk-set+json";

    public static void MapPublicKeys(this WebApplication app) => app.MapMethods("/.well-known/jwks.json", ["GET", "HEAD"], (HttpContext http, Signer signer) =>
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Json(signer.PublicKeys, Json.Http, MediaType);
    }).WithMetadata(
        new OperationText("system", "getPublicKeys", "Public keys of seals and certificates.", typeof(PublicKeys)) { MediaType = MediaType }, new ExtensionAttribute());
}
