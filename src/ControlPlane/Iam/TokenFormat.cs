using System.IO.Hashing;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Iam;

/// <summary>
/// A personal access token: <c>ocp_pat_</c>, 43 base62 digits of 256 random bits, and 6 base62 digits of the CRC-32 of what
/// stands before, so that a mistyped token never reaches the database and a leaked one is recognised by scanners.
/// </summary>
public static class TokenFormat
{
    public const string Prefix = "ocp_pat_";

    private const int SecretDigits = 43;
    private const int ChecksumDigits = 6;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New() => Of(Prefix, RandomNumberGenerator.GetBytes(32));

    /// <summary>256 bits as a token of a kind.</summary>
    public static string Of(string prefix, byte[] secretBits)
    {
        var secret = prefix + Base62(new BigInteger(secretBits, isUnsigned: true), SecretDigits);
        return secret + Checksum(secret);
    }

    public static bool IsWellFormed(string token) =>
        token.Length == Prefix.Length + SecretDigits + ChecksumDigits
        && token.StartsWith(Prefix, StringComparison.Ordinal)
        && token.EndsWith(Checksum(token[..^ChecksumDigits]), StringComparison.Ordinal);

    /// <summary>What is stored of a token: SHA-256, which suffices for 256 random bits.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    /// <summary>The last four digits of the secret, by which people tell their tokens apart.</summary>
    public static string HintOf(string token) => token[^(ChecksumDigits + 4)..^ChecksumDigits];

    private static string Checksum(string text) => Base62(Crc32.HashToUInt32(Encoding.ASCII.GetBytes(text)), ChecksumDigits);

    private static string Base62(BigInteger value, int digits)
    {
        var text = new char[digits];
        for (var i = digits - 1; i >= 0; i--)
        {
            (value, var digit) = BigInteger.DivRem(value, Alphabet.Length);
            text[i] = Alphabet[(int)digit];
        }

        return new(text);
    }
}
