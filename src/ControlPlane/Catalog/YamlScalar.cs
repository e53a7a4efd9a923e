using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Catalog;

/// <summary>What an unquoted word of YAML means in JSON. Whatever is no JSON number, true, false or null is text.</summary>
internal static class YamlScalar
{
    private const decimal LargestExactInteger = 9_007_199_254_740_991;

    public static JsonValueKind KindOf(string word) => word switch
    {
        "" or "~" or "null" => JsonValueKind.Null,
        "true" => JsonValueKind.True,
        "false" => JsonValueKind.False,
        _ when IsNumber(word) => JsonValueKind.Number,
        _ => JsonValueKind.String,
    };

    /// <summary>Whether every reader of JSON gets this number and no other.</summary>
    public static bool IsExact(string number) => decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
        && (!decimal.IsInteger(exact) || Math.Abs(exact) <= LargestExactInteger);

    private static bool IsNumber(string word)
    {
        if (!char.IsAsciiDigit(word[^1]) || !(word[0] == '-' || char.IsAsciiDigit(word[0])))
        {
            return false;
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(word));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
