using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>Signs what the service vouches for, such as seals and certificates (ES256). It sees a rotation of the key file at once.</summary>
public sealed class Signer : IDisposable
{
    private readonly string _path;
    private readonly Lock _reading = new();
    private Opened _opened;

    public Signer(string path, bool mayCreate)
    {
        _path = path;
        _opened = Opened.From(SigningKeys.Load(path, mayCreate), File.GetLastWriteTimeUtc(path));
    }

    /// <summary>The key that signs and those that have signed before.</summary>
    public PublicKeys PublicKeys => Current().PublicKeys;

    /// <summary>A compact JWS (RFC 7515) over the canonical JSON of the payload, and the id of the key that signed it.</summary>
    /// <param name="payload">What is signed.</param>
    /// <param name="type">What it is, such as <c>seal+jwt</c>.</param>
    /// <param name="keyId">The key: what <c>kid</c> says.</param>
    public string Jws<T>(T payload, string type, out string keyId)
    {
        var opened = Current();
        keyId = opened.PublicKeys.Keys[0].Kid;
        var header = JsonSerializer.SerializeToUtf8Bytes(new JwsHeader(PublicKey.Algorithm, keyId, type), JsonSerializerOptions.Web);
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(CanonicalJson.Bytes(JsonSerializer.SerializeToUtf8Bytes(payload, Json.Http)))}";
        return $"{signed}.{Base64Url.EncodeToString(opened.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public void Dispose() => _opened.Dispose();

    private Opened Current()
    {
        var writtenAt = File.GetLastWriteTimeUtc(_path);
        if (Volatile.Read(ref _opened) is var opened && (opened.WrittenAt == writtenAt || !File.Exists(_path)))
        {
            return opened;
        }

        lock (_reading)
        {
            if (_opened.WrittenAt != writtenAt)
            {
                // The one before may still be signing for somebody; it goes with its last user.
                Volatile.Write(ref _opened, Opened.From(SigningKeys.Load(_path, mayCreate: false), writtenAt));
            }

            return _opened;
        }
    }

    private sealed class Opened(ECDsa key, PublicKeys publicKeys, DateTime writtenAt) : IDisposable
    {
        public PublicKeys PublicKeys => publicKeys;

        public DateTime WrittenAt => writtenAt;

        public static Opened From(SigningKeys keys, DateTime writtenAt)
        {
            var signing = keys.Keys.Single(key => key.Kid == keys.Active);
            var all = keys.Keys.Where(key => key != signing).Prepend(signing).Select(key =>
            {
                using var opened = key.Open();
                return PublicKey.Of(opened);
            });
            return new(signing.Open(), new([.. all]), writtenAt);
        }

        public byte[] Sign(ReadOnlySpan<byte> bytes)
        {
            lock (key)
            {
                return key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
        }

        public void Dispose() => key.Dispose();
    }
}
