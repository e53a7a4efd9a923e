using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;

namespace ControlPlane.Hosting;

/// <summary>The formats that schemas may ask for. Unlike in the standard's default, a format is always checked.</summary>
public static partial class JsonFormats
{
    private static readonly HashSet<string> Currencies = [.. """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE
        CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES
        KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
        NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND
        TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private static readonly HashSet<string> Countries = [.. """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK
        CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
        GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV
        LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
        PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR
        TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private static readonly Dictionary<string, (Func<string, bool> Holds, string Expected)> All = new()
    {
        ["currency"] = (Currencies.Contains, "an ISO 4217 currency code such as EUR"),
        ["country"] = (Countries.Contains, "an ISO 3166-1 alpha-2 country code such as FR"),
        ["date"] = (text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "a date such as 2026-03-01"),
        ["date-time"] = (IsDateTime, "an RFC 3339 time such as 2026-03-01T00:00:00Z"),
        ["duration"] = (IsDuration, "an ISO 8601 duration such as P12M"),
        ["email"] = (text => text.IndexOf('@') is > 0 and var at && at < text.Length - 1 && !text.Any(char.IsWhiteSpace), "an e-mail address"),
        ["language"] = (Language().IsMatch, "a language such as fr or pt-BR"),
        ["locale"] = (Locale().IsMatch, "a BCP 47 language tag such as fr, pt-BR or zh-Hant-TW"),
        ["slug"] = (Slug().IsMatch, "lower-case words joined by hyphens, such as solo-monthly"),
        ["uri"] = (text => Uri.TryCreate(text, UriKind.Absolute, out _), "an absolute URI"),
    };

    public static bool Exists(string format) => All.ContainsKey(format);

    public static bool Holds(string format, string text) => All[format].Holds(text);

    public static string Expected(string format) => All[format].Expected;

    private static bool IsDateTime(string text) =>
        text.Length >= 20 && text[10] == 'T' && (text[^1] == 'Z' || text[^6] is '+' or '-') &&
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsDuration(string text)
    {
        try
        {
            return text.StartsWith('P') && XmlConvert.ToTimeSpan(text) > TimeSpan.Zero;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[a-z]{2}(-[A-Z]{2})?\z")]
    private static partial Regex Language();

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\z")]
    private static partial Regex Locale();

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Slug();
}

/// <summary>The member is a string, or a list of strings, in this format.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string name) : ValidationAttribute($"Write {JsonFormats.Expected(name)}.")
{
    public string Name { get; } = name;

    public override bool IsValid(object? value) => value switch
    {
        string text => JsonFormats.Holds(Name, text),
        object[] items => items.All(item => item is JsonElement { ValueKind: JsonValueKind.String } text && JsonFormats.Holds(Name, text.GetString()!)),
        _ => false,
    };
}
