using System.Security.Cryptography;
using System.Text.Json;
using ControlPlane.Sealing;

namespace ControlPlane.Hosting;

/// <summary>
/// The keys that seals and certificates are signed with (ES256), from a file beside the key-encryption keys:
/// <c>{"active":"…","keys":[{"kid":"…","private":"base64 of PKCS #8"},{"kid":"…","public":"base64 of an X.509 key"}]}</c>.
/// One signs; of those before it only the public half is left, for what they have signed is checked for years.
/// </summary>
public sealed record SigningKeys(string Active, IReadOnlyList<SigningKey> Keys)
{
    /// <summary>Where the file is when no other place is set.</summary>
    public static string PathOf(IConfiguration configuration) =>
        configuration["Signing:KeyFile"] ?? Path.ChangeExtension(Storage.KeyFileOf(configuration), ".signing.json");

    /// <summary>Reads the file; where it does not exist and <paramref name="mayCreate"/> is set (development), makes one.</summary>
    public static SigningKeys Load(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new InvalidOperationException($"There is no signing key at {path}: set Signing:KeyFile, or make one with keys create");
            }

            KeyFile.Create(path, new SigningKeys("", []).WithNew());
        }

        return JsonSerializer.Deserialize<SigningKeys>(File.ReadAllText(path), JsonSerializerOptions.Web) is { } read && read.Keys.Any(key => key.Kid == read.Active && key.Private is not null)
            ? read
            : throw new InvalidOperationException($"The key file {path} lacks the key that signs");
    }

    /// <summary>A fresh key signs from here on; the one before can only be checked against.</summary>
    public static SigningKeys Rotate(string path)
    {
        if (!File.Exists(path))
        {
            return Load(path, mayCreate: true);
        }

        using var alone = KeyFile.Lock(path);
        var rotated = Load(path, mayCreate: false).WithNew();
        KeyFile.Replace(path, rotated);
        return rotated;
    }

    private SigningKeys WithNew()
    {
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = PublicKey.Of(fresh).Kid;
        return new(kid, [new(kid, Convert.ToBase64String(fresh.ExportPkcs8PrivateKey()), null), .. Keys.Select(key => key.Retired())]);
    }
}

/// <summary>One key: with its private half while it signs.</summary>
public sealed record SigningKey(string Kid, string? Private, string? Public)
{
    /// <summary>Opens what is there of it.</summary>
    public ECDsa Open()
    {
        var key = ECDsa.Create();
        if (Private is not null)
        {
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(Private), out _);
        }
        else
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(Public!), out _);
        }

        return key;
    }

    internal SigningKey Retired()
    {
        using var key = Open();
        return new(Kid, null, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
    }
}
