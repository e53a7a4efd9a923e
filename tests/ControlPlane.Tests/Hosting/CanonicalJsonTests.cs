using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;

namespace ControlPlane.Tests.Hosting;

public class CanonicalJsonTests
{
    [Theory] // RFC 8785, appendix B
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555554", "333333333.33333325")]
    [InlineData("41b3de4355555555", "333333333.3333333")]
    [InlineData("41b3de4355555556", "333333333.3333334")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void writes_numbers_as_ecmascript_does(string bits, string expected)
    {
        var number = BitConverter.Int64BitsToDouble(long.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

        Canonical(number.ToString("E17", CultureInfo.InvariantCulture)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("100", "100")]
    [InlineData("-7", "-7")]
    [InlineData("-0", "0")]
    [InlineData("1.0", "1")]
    [InlineData("1E2", "100")]
    [InlineData("0.10", "0.1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("0.0000001", "1e-7")]
    public void gives_equal_numbers_one_form(string written, string expected) => Canonical(written).ShouldBe(expected);

    [Fact] // RFC 8785, §3.2.2 and §3.2.3
    public void writes_the_example_of_the_rfc() => Canonical("""
        {
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }
        """).ShouldBe("""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""");

    [Fact] // RFC 8785, §3.2.3
    public void sorts_names_by_utf16_code_units() => JsonNode.Parse(Canonical("""
        {
          "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
          "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
        }
        """))!.AsObject().Select(member => (string)member.Value!).ShouldBe([
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
            "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void sorts_any_names_as_ordinal_strings_sort(int seed)
    {
        var random = new Random(seed);
        Rune[] alphabet = [.. "ab\"\\/\n\u0001\u007f\u00e9\u20ac\ud7ff\ue000\ufb33\uffff\U00010000\U0001f600".EnumerateRunes()];
        var names = Enumerable.Range(0, 300).Select(_ => string.Concat(random.GetItems(alphabet, random.Next(5)))).Distinct().ToArray();

        var canonical = Canonical(JsonSerializer.Serialize(names.ToDictionary(name => name, _ => 0)));

        JsonNode.Parse(canonical)!.AsObject().Select(member => member.Key).ShouldBe(names.Order(StringComparer.Ordinal));
        Canonical(canonical).ShouldBe(canonical);
    }

    [Fact]
    public void sorts_large_and_nested_objects()
    {
        var keys = Enumerable.Range(0, 200).Select(i => $"k{i * 7919 % 200:000}").ToArray();
        var inner = $$"""{{{string.Join(",", keys.Select(key => $"\"{key}\":0"))}}}""";

        Canonical($$"""{"b":{{inner}},"a":[{{inner}}]}""").ShouldBe(
            $$"""{"a":[{{Sorted(keys)}}],"b":{{Sorted(keys)}}}""");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("1e400")]
    [InlineData("[1] 2")]
    [InlineData("")]
    public void refuses_what_has_no_canonical_form(string json) => Should.Throw<JsonException>(() => Canonical(json));

    [Fact]
    public void refuses_invalid_utf8() => Should.Throw<JsonException>(() => CanonicalJson.Bytes([(byte)'"', 0xC3, (byte)'"']));

    [Fact]
    public void hashes_elements_nodes_and_bytes_alike()
    {
        const string Json = """{"b":[1.0,"x"],"a":null}""";
        using var document = JsonDocument.Parse(Json);

        CanonicalJson.Bytes(document.RootElement).ShouldBe(CanonicalJson.Bytes(JsonNode.Parse(Json)));
        CanonicalJson.Digest(document.RootElement).ShouldBe(
            "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""{"a":null,"b":[1,"x"]}"""u8)));
    }

    [Fact]
    public void hashes_without_allocating()
    {
        var json = Encoding.UTF8.GetBytes("""{"tenant":"ten_1","data":{"reason":"a \"quoted\" word","at":1.5e3},"sequence":42,"a":[1,2,3]}""");
        var hash = new byte[32];
        CanonicalJson.Hash(json, hash);

        var before = GC.GetAllocatedBytesForCurrentThread();
        CanonicalJson.Hash(json, hash);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Bytes(Encoding.UTF8.GetBytes(json)));

    private static string Sorted(IEnumerable<string> keys) => "{" + string.Join(",", keys.Order(StringComparer.Ordinal).Select(key => $"\"{key}\":0")) + "}";
}
