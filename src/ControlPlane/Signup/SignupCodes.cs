using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Sealing;
using ControlPlane.Tenants;

namespace ControlPlane.Signup;

/// <summary>The codes that prove an address. They are derived whenever they are needed and stored nowhere.</summary>
public sealed class SignupCodes(KeyRing ring)
{
    private const int Modulus = 100_000_000;
    private const int FirstLetter = 1;

    /// <summary>The code of a signup; every id has one, also one that was never given out.</summary>
    public async ValueTask<string> OfAsync(string signupId, CancellationToken cancellation) =>
        Derive(await ring.DeriveAsync(Tenant.Platform, "signup codes", cancellation), signupId, FirstLetter);

    /// <summary>Eight digits of HMAC-SHA-256 (RFC 2104) over the signup and the number of its letter.</summary>
    public static string Derive(byte[] key, string signupId, int letter)
    {
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{signupId}\n{letter}")));
        return (BinaryPrimitives.ReadUInt64BigEndian(mac) % Modulus).ToString("D8", CultureInfo.InvariantCulture);
    }

    /// <summary>Compares in constant time; blanks that people type between digits don't count.</summary>
    public static bool Match(string expected, string given) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given.Replace(" ", "", StringComparison.Ordinal)));
}
