using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Tests.Hosting;

public class SecretShapesTests
{
    [Theory]
    [InlineData("ocp_pat_", "0123456789abcdefghijABCDEFGHIJ")]
    [InlineData("sk_", "live_0123456789abcdef")]
    [InlineData("whsec_", "0123456789abcdefghij")]
    [InlineData("xoxb-", "1234567890-abcdef")]
    [InlineData("ghp_", "0123456789abcdefghij0123456789abcdef")]
    [InlineData("sk-", "proj-0123456789abcdefghij")]
    [InlineData("AIza", "0123456789abcdefghij0123456789abcde")]
    [InlineData("AKIA", "0123456789ABCDEF")]
    [InlineData("123456789:", "AAF0123456789abcdefghij0123456789ab")]
    [InlineData("eyJhbGciOiJI", "UzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig")]
    [InlineData("-----BEGIN ", "RSA PRIVATE KEY-----")]
    [InlineData("Authorization: Bearer ", "0123456789abcdef0123")]
    [InlineData("postgres://app:", "hunter2@db/app")]
    public void knows_the_shapes_of_credentials(string start, string rest)
    {
        SecretShapes.IsSecretLike(start + rest).ShouldBeTrue();
        SecretShapes.IsSecretLike($"Use {start}{rest} for it").ShouldBeTrue();
    }

    [Theory]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("price_solo_monthly_2_eur")]
    [InlineData("https://example.com/path?query=0123456789abcdef")]
    [InlineData("ten_0192f0c1a2b37c4d8e9f001122334455")]
    [InlineData("Call me at 12:30, or write to ask-anything@example.com.")]
    [InlineData("The risk-adjusted-return-of-the-quarter")]
    [InlineData("a sentence of ordinary words that goes on for quite a while without saying much")]
    public void leaves_ordinary_text_alone(string text) => SecretShapes.IsSecretLike(text).ShouldBeFalse();

    [Fact]
    public void says_where_they_stand() => SecretShapes.FindIn(JsonElement.Parse(
        """{ "a": ["ok", "AKIA0123456789ABCDEF"], "b": { "c/d": "AKIA0123456789ABCDEF" } }""")).ShouldBe(["/a/1", "/b/c~1d"]);
}
