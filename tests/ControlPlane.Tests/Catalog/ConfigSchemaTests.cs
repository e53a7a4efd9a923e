using System.Text.Json;
using ControlPlane.Catalog;
using ControlPlane.Hosting;

namespace ControlPlane.Tests.Catalog;

public class ConfigSchemaTests
{
    private static readonly ConfigSchema Schema = ConfigSchema.Compile(Parse("""
        {
          "type": "object",
          "required": ["language", "model"],
          "properties": {
            "language": { "type": "string", "enum": ["en", "fr"], "x-access": "customer" },
            "greeting": { "type": "string", "maxLength": 60, "x-access": "customer" },
            "hours": { "type": "object", "x-access": "customer", "properties": { "from": { "type": "integer" }, "to": { "type": "integer" } } },
            "labels": { "type": "object", "x-access": "customer", "additionalProperties": { "type": "string" } },
            "tags": { "type": "array", "items": { "type": "string" }, "uniqueItems": true, "x-access": "customer" },
            "model": {
              "type": "object",
              "x-access": "locked",
              "properties": {
                "family": { "type": "string", "x-access": "customer" },
                "tokens": { "type": "integer", "minimum": 1, "maximum": 100, "x-access": "platform" },
                "image": { "type": "string" }
              }
            }
          }
        }
        """));

    private static readonly JsonElement Config = Parse("""{ "language": "en", "model": { "family": "small", "tokens": 10, "image": "a" } }""");

    [Theory] // RFC 7396, and what of it differs from before
    [InlineData("""{ "language": "fr" }""", """{ "language": "fr", "model": { "family": "small", "tokens": 10, "image": "a" } }""", "/language")]
    [InlineData("""{ "model": { "family": "large" } }""", """{ "language": "en", "model": { "family": "large", "tokens": 10, "image": "a" } }""", "/model/family")]
    [InlineData("""{ "hours": { "from": 1, "to": null } }""", """{ "language": "en", "model": { "family": "small", "tokens": 10, "image": "a" }, "hours": { "from": 1 } }""", "/hours/from")]
    [InlineData("""{ "hours": {} }""", """{ "language": "en", "model": { "family": "small", "tokens": 10, "image": "a" }, "hours": {} }""", "/hours")]
    [InlineData("""{ "labels": { "a/b": "x" } }""", """{ "language": "en", "model": { "family": "small", "tokens": 10, "image": "a" }, "labels": { "a/b": "x" } }""", "/labels/a~1b")]
    [InlineData("""{ "tags": ["a"] }""", """{ "language": "en", "model": { "family": "small", "tokens": 10, "image": "a" }, "tags": ["a"] }""", "/tags")]
    [InlineData("""{ "model": { "family": null } }""", """{ "language": "en", "model": { "tokens": 10, "image": "a" } }""", "/model/family")]
    public void merges_what_a_customer_may_set(string patch, string expected, string changed)
    {
        var change = Schema.Apply(Config, Parse(patch));

        change.Faults.ShouldBeEmpty();
        change.Changed.ShouldBe([changed]);
        JsonElement.DeepEquals(change.Config, Parse(expected)).ShouldBeTrue(change.Config.ToString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "language": "en" }""")]
    [InlineData("""{ "greeting": null }""")]
    [InlineData("""{ "model": { "family": "small" } }""")]
    public void tells_that_nothing_changes(string patch)
    {
        var change = Schema.Apply(Config, Parse(patch));

        change.Faults.ShouldBeEmpty();
        change.Changed.ShouldBeEmpty();
        JsonElement.DeepEquals(change.Config, Config).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{ "colour": 1 }""", "/colour unknown_path")]
    [InlineData("""{ "hours": { "noon": 1 } }""", "/hours/noon unknown_path")]
    [InlineData("""{ "model": { "image": "b" } }""", "/model/image locked_path")]
    [InlineData("""{ "model": { "image": "a" } }""", "/model/image locked_path")]
    [InlineData("""{ "model": { "tokens": 11 } }""", "/model/tokens platform_path")]
    [InlineData("""{ "model": null }""", "/model/tokens platform_path", "/model/image locked_path", "/model required")]
    [InlineData("""{ "model": 1 }""", "/model/tokens platform_path", "/model/image locked_path", "/model type")]
    [InlineData("""{ "language": "de" }""", "/language not_one_of")]
    [InlineData("""{ "language": null }""", "/language required")]
    [InlineData("""{ "hours": { "from": "noon" } }""", "/hours/from type")]
    [InlineData("""{ "hours": { "from": 1.0 } }""", "/hours/from type")]
    [InlineData("""{ "labels": { "a": 1 } }""", "/labels/a type")]
    [InlineData("""{ "tags": ["a", "a"] }""", "/tags/1 repeated")]
    [InlineData("""{ "greeting": "Use 123456789:AAF0123456789abcdefghij0123456789ab" }""", "/greeting secret_like")]
    [InlineData("""{ "labels": { "sk-0123456789abcdef0123": "x" } }""", "/labels secret_like")]
    [InlineData("""{ "colour": 1, "language": 2, "model": { "image": "b" } }""", "/colour unknown_path", "/model/image locked_path", "/language type")]
    [InlineData("""[]""", " type")]
    public void tells_every_fault_and_keeps_the_configuration(string patch, params string[] faults)
    {
        var change = Schema.Apply(Config, Parse(patch));

        change.Faults.Select(fault => $"{fault.Pointer} {fault.Code}").ShouldBe(faults, ignoreOrder: true);
        change.Changed.ShouldBeEmpty();
        change.Config.ShouldBe(Config);
    }

    [Fact]
    public void lets_the_platform_set_its_own_paths_but_not_locked_ones()
    {
        Schema.Apply(Config, Parse("""{ "model": { "tokens": 11 }, "language": "fr" }"""), ConfigAccess.Platform).Changed.ShouldBe(["/model/tokens", "/language"]);
        Schema.Apply(Config, Parse("""{ "model": { "tokens": 101 } }"""), ConfigAccess.Platform).Faults.ShouldHaveSingleItem().Code.ShouldBe("out_of_range");
        Schema.Apply(Config, Parse("""{ "model": { "image": "b" } }"""), ConfigAccess.Platform).Faults.ShouldHaveSingleItem().Code.ShouldBe("locked_path");
    }

    [Theory]
    [InlineData("""{ "type": "object", "properties": { "a": { "type": "string" } } }""", "/properties/a")]
    [InlineData("""{ "type": "object", "properties": { "a": { "type": "string", "x-access": "anyone" } } }""", "/properties/a/x-access")]
    [InlineData("""{ "type": "object", "x-access": "customer", "properties": { "a": { "$ref": "#" } } }""", "/properties/a/$ref")]
    [InlineData("""{ "type": "object", "x-access": "customer", "oneOf": [] }""", "/oneOf")]
    [InlineData("""{ "type": "object", "x-access": "customer", "required": ["b"] }""", "/required")]
    [InlineData("""{ "type": "object", "x-access": "customer", "properties": { "a": { "pattern": "(a)\\1" } } }""", "/properties/a/pattern")]
    [InlineData("""{ "type": "object", "x-access": "customer", "properties": { "a": { "format": "hostname" } } }""", "/properties/a/format")]
    [InlineData("""{ "type": "text", "x-access": "customer" }""", "/type", "/type")]
    public void refuses_a_schema_that_it_would_not_hold_to(string schema, params string[] faults) =>
        ConfigSchema.Compile(Parse(schema)).Faults.Select(fault => fault.Pointer).ShouldBe(faults);

    [Theory]
    [InlineData("^[a-z]+$", "abc", true)]
    [InlineData("^[a-z]+$", "abc\n", false)]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData(@"^[\d$]+$", "1$", true)]
    public void reads_patterns_as_ecmascript_does(string pattern, string text, bool matches) =>
        new JsonPattern(pattern).IsMatch(text).ShouldBe(matches);

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
