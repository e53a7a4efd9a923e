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
    private readonly string _active;
    private readonly Dictionary<string, byte[]> _keys;

    public MasterKeys(string active, Dictionary<string, byte[]> keys)
    {
        if (!keys.ContainsKey(active) || keys.Values.Any(key => key.Length != 32))
        {
            throw new InvalidOperationException("The key file must hold the active key, and every key must have 32 bytes");
        }

        (_active, _keys) = (active, keys);
    }

    /// <summary>Reads the file; where it does not exist and <paramref name="mayCreate"/> is set (development), makes one.</summary>
    public static MasterKeys Load(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new InvalidOperationException($"There is no key file at {path}: set Sealing:KeyFile");
            }

            Create(path);
        }

        var file = JsonSerializer.Deserialize<KeyFile>(File.ReadAllText(path), JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException($"The key file {path} is empty");
        return new(file.Active, file.Keys.ToDictionary(pair => pair.Key, pair => Convert.FromBase64String(pair.Value)));
    }

    /// <summary>Wraps a key under the active key-encryption key; the owner is bound in, so that rows can't be swapped.</summary>
    public byte[] Wrap(byte[] key, string owner) => Wrap(_keys[_active], _active, key, owner);

    public byte[] Unwrap(byte[] wrapped, string owner)
    {
        var nameLength = wrapped[0];
        var name = Encoding.UTF8.GetString(wrapped, 1, nameLength);
        return _keys.TryGetValue(name, out var master)
            ? Unwrap(master, wrapped.AsSpan(1 + nameLength), owner)
            : throw new InvalidOperationException($"The key file lacks the key-encryption key {name}");
    }

    /// <summary>A key of the platform for one purpose (HKDF, RFC 5869); it changes with the active key-encryption key.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _keys[_active], 32, info: Encoding.UTF8.GetBytes(purpose));

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

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = new KeyFile("1", new() { ["1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) });
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, file, JsonSerializerOptions.Web);
    }

    private sealed record KeyFile(string Active, Dictionary<string, string> Keys);
}
