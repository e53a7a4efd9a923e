using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Sealing;

/// <summary>The opened data key of one subject: a person, or a tenant for what is its own.</summary>
/// <remarks>
/// Stored form <c>v1|key id|nonce|ciphertext|tag</c> (base64url), AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce;
/// the associated data is tenant and subject, so that a value folded from an event into a document opens there too.
/// </remarks>
internal sealed class SubjectKey(string id, string tenant, string subject, byte[] key, KeyState state, long openedAt) : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly byte[] _associated = Encoding.UTF8.GetBytes($"{tenant}\n{subject}");

    public string Id => id;

    public string Tenant => tenant;

    public string Subject => subject;

    public KeyState State => state;

    public long OpenedAt => openedAt;

    public string Seal(string words)
    {
        var clear = Encoding.UTF8.GetBytes(words);
        var nonce = RandomNumberGenerator.GetBytes(NonceSize);
        var cipher = new byte[clear.Length];
        var tag = new byte[TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, clear, cipher, tag, _associated);
        CryptographicOperations.ZeroMemory(clear);
        return $"v1|{id}|{Base64Url(nonce)}|{Base64Url(cipher)}|{Base64Url(tag)}";
    }

    public string Open(string[] parts)
    {
        var cipher = FromBase64Url(parts[3]);
        var clear = new byte[cipher.Length];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(FromBase64Url(parts[2]), cipher, FromBase64Url(parts[4]), clear, _associated);
        return Encoding.UTF8.GetString(clear);
    }

    public string Hash(string words) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Derive("lookup"), Encoding.UTF8.GetBytes(words)));

    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: Encoding.UTF8.GetBytes(purpose));

    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] FromBase64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}

/// <summary>A quarantined key still seals but opens nothing; a destroyed one is gone.</summary>
public enum KeyState
{
    Active,
    Quarantined,
    Destroyed,
}
