using System.Text.Json;
using System.Text.RegularExpressions;

namespace ControlPlane.Hosting;

/// <summary>Recognises strings that have the shape of a credential, so that none settles where it would be stored or shown in clear.</summary>
public static partial class SecretShapes
{
    private const int ShorterThanAnySecret = 16;

    public static bool IsSecretLike(string text) => text.Length >= ShorterThanAnySecret && Shape().IsMatch(text);

    /// <summary>The pointers of all secret-like strings, names of members included.</summary>
    public static IEnumerable<string> FindIn(JsonElement value, string pointer = "") => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => (string[])
            [.. IsSecretLike(member.Name) ? [pointer] : Array.Empty<string>(), .. FindIn(member.Value, JsonPointer.Of(pointer, member.Name))]),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => FindIn(item, JsonPointer.Of(pointer, index))),
        JsonValueKind.String when IsSecretLike(value.GetString()!) => [pointer],
        _ => [],
    };

    // In this order: ours; Stripe; Slack; GitHub, GitLab and npm; model providers; Google; AWS; Telegram bots; JSON web tokens;
    // private keys; authorization headers; addresses with a password.
    [GeneratedRegex("""
        \bocp_[a-z]{2,8}_[0-9A-Za-z]{20,}
        |\b(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,}|\bwhsec_[0-9A-Za-z+/]{16,}
        |\bxox[abeoprs]-[0-9A-Za-z-]{10,}|\bxapp-[0-9]-[0-9A-Za-z-]{10,}
        |\bgh[oprsu]_[0-9A-Za-z]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_[0-9A-Za-z]{30,}
        |\bsk-[\w-]{16,}|\b(?:gsk|hf|r8|tvly)_[0-9A-Za-z]{20,}
        |\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}
        |\b(?:AKIA|ASIA)[0-9A-Z]{16}\b
        |\b[0-9]{6,12}:[\w-]{30,}
        |\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.
        |-----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY
        |\b(?:Bearer|Basic)[ ][0-9A-Za-z+/=._~-]{16,}
        |://[^/\s:@]+:[^/\s@]+@
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
