using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Sealing;

/// <summary>
/// The key-encryption keys, from a file that is kept apart from the database:
/// <c>{"active":"2026-11","keys":{"2026-11":"base64 of 32 bytes"}}</c>. New tenant keys are wrapped under the active one,
/// older ones still unwrap.
/// </summary>
public sealed class MasterKeys
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int NameLength = 16;
    private readonly string? _path;
    private Opened _opened;

    public MasterKeys(string active, Dictionary<string, byte[]> keys) => _opened = Opened.Of(active, keys);

    private MasterKeys(string path) => (_path, _opened) = (path, Read(path));

    /// <summary>Reads the file; where it does not exist and <paramref name="mayCreate"/> is set (development), makes one.</summary>
    public static MasterKeys Load(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new InvalidOperationException($"There is no key file at {path}: set Sealing:KeyFile, or make one with keys create");
            }

            KeyFile.Create(path, new Contents("1", new() { ["1"] = Fresh() }));
        }

        return new(path);
    }

    /// <summary>The name of the key-encryption key that new tenant keys are wrapped under.</summary>
    public string Active => Volatile.Read(ref _opened).Active;

    /// <summary>Adds a fresh key-encryption key to the file and makes it the active one; other nodes read it when they first meet it.</summary>
    public void Rotate()
    {
        var path = _path ?? throw new InvalidOperationException("Only keys from a file can be rotated");
        using var alone = KeyFile.Lock(path);
        var (contents, fresh) = (Contents.Read(path), Fresh());
        // Never the name of another key, also where two copies of the file are rotated apart.
        var name = Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(fresh)))[..NameLength];
        KeyFile.Replace(path, new Contents(name, new(contents.Keys) { [name] = fresh }));
        Volatile.Write(ref _opened, Read(path));
    }

    /// <summary>Wraps a key under the active key-encryption key; the owner is bound in, so that rows can't be swapped.</summary>
    public byte[] Wrap(byte[] key, string owner)
    {
        var (active, keys) = Volatile.Read(ref _opened);
        return Wrap(keys[active], active, key, owner);
    }

    public byte[] Unwrap(byte[] wrapped, string owner)
    {
        var name = NameIn(wrapped);
        return Find(name) is { } master
            ? Unwrap(master, wrapped.AsSpan(1 + wrapped[0]), owner)
            : throw new InvalidOperationException($"The key file lacks the key-encryption key {name}");
    }

    /// <summary>The name of the key-encryption key that a key is wrapped under.</summary>
    public static string NameIn(byte[] wrapped) => Encoding.UTF8.GetString(wrapped, 1, wrapped[0]);

    /// <summary>A key of the platform for one purpose (HKDF, RFC 5869); it changes with the active key-encryption key.</summary>
    public byte[] Derive(string purpose)
    {
        var (active, keys) = Volatile.Read(ref _opened);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, keys[active], 32, info: Encoding.UTF8.GetBytes(purpose));
    }

    internal static byte[] Wrap(byte[] master, string name, byte[] key, string owner)
    {
        var label = Encoding.UTF8.GetBytes(name);
        var output = new byte[1 + label.Length + NonceSize + key.Length + TagSize];
        output[0] = (byte)label.Length;
        label.CopyTo(output, 1);
        var body = output.AsSpan(1 + label.Length);
        RandomNumberGenerator.Fill(body[..NonceSize]);
        using var aes = new AesGcm(master, TagSize);
        aes.Encrypt(body[..NonceSize], key, body.Slice(NonceSize, key.Length), body[^TagSize..], Encoding.UTF8.GetBytes(owner));
        return output;
    }

    internal static byte[] Unwrap(byte[] master, ReadOnlySpan<byte> body, string owner)
    {
        var key = new byte[body.Length - NonceSize - TagSize];
        using var aes = new AesGcm(master, TagSize);
        aes.Decrypt(body[..NonceSize], body[NonceSize..^TagSize], body[^TagSize..], key, Encoding.UTF8.GetBytes(owner));
        return key;
    }

    // Rotated elsewhere since the file was read, perhaps.
    private byte[]? Find(string name) => Volatile.Read(ref _opened).Keys.TryGetValue(name, out var known) ? known
        : _path is not null && Read(_path) is var later && later.Keys.TryGetValue(name, out known) ? Remember(later, known)
        : null;

    private byte[] Remember(Opened later, byte[] found)
    {
        Volatile.Write(ref _opened, later);
        return found;
    }

    private static string Fresh() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static Opened Read(string path)
    {
        var contents = Contents.Read(path);
        return Opened.Of(contents.Active, contents.Keys.ToDictionary(pair => pair.Key, pair => Convert.FromBase64String(pair.Value)));
    }

    private sealed record Opened(string Active, Dictionary<string, byte[]> Keys)
    {
        public static Opened Of(string active, Dictionary<string, byte[]> keys) => keys.ContainsKey(active) && keys.Values.All(key => key.Length == 32)
            ? new(active, keys)
            : throw new InvalidOperationException("The key file must hold the active key, and every key must have 32 bytes");
    }

    private sealed record Contents(string Active, Dictionary<string, string> Keys)
    {
        public static Contents Read(string path) => JsonSerializer.Deserialize<Contents>(File.ReadAllText(path), JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException($"The key file {path} is empty");
    }
}
