using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ControlPlane.Hosting;

/// <summary>
/// The one way to write a JSON value as bytes (RFC 8785), so that equal values have equal hashes.
/// Refuses with a <see cref="JsonException"/> what has no canonical form: duplicate names, lone surrogates, numbers beyond a double.
/// </summary>
public static class CanonicalJson
{
    public static byte[] Bytes(ReadOnlySpan<byte> json)
    {
        using var writer = new CanonicalWriter(json.Length);
        return writer.Write(json).ToArray();
    }

    public static byte[] Bytes(JsonElement element) => Bytes(JsonMarshal.GetRawUtf8Value(element));

    public static byte[] Bytes(JsonNode? node) => Bytes(JsonSerializer.SerializeToUtf8Bytes(node));

    /// <summary>Writes the 32 bytes of SHA-256 over the canonical form to <paramref name="destination"/>, allocating nothing.</summary>
    public static void Hash(ReadOnlySpan<byte> json, Span<byte> destination)
    {
        using var writer = new CanonicalWriter(json.Length);
        SHA256.HashData(writer.Write(json), destination);
    }

    /// <summary><c>sha256:</c> and the hash in lower-case hex.</summary>
    public static string Digest(JsonElement element)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(JsonMarshal.GetRawUtf8Value(element), hash);
        return $"sha256:{Convert.ToHexStringLower(hash)}";
    }
}
