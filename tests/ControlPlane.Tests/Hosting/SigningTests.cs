using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Hosting;

public class SigningTests(App app) : AppTest(app)
{
    [Fact]
    public async Task anybody_may_read_the_public_keys_and_check_a_signature_with_them()
    {
        var jws = App.Host.Services.GetRequiredService<Signer>().Jws(new { Words = "words" }, "words+jwt", out var keyId);
        using var client = App.Host.Server.CreateClient();
        using var answer = await client.GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var keys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/jwk-set+json");
        var key = keys.Keys.Single(key => key.Kid == keyId);
        (key.Kty, key.Crv, key.Alg, key.Use, key.HasPrivateKey).ShouldBe(("EC", "P-256", "ES256", "sig", false));
        key.Kid.ShouldBe(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()));
        var checkedBy = new Microsoft.IdentityModel.JsonWebTokens.JsonWebTokenHandler();
        var valid = await checkedBy.ValidateTokenAsync(jws, new() { IssuerSigningKeys = keys.GetSigningKeys(), ValidateIssuer = false, ValidateAudience = false, ValidateLifetime = false });
        valid.IsValid.ShouldBeTrue(valid.Exception?.Message);
        new PublicKeys([.. keys.Keys.Select(k => new PublicKey(k.Kty, k.Crv, k.X, k.Y, k.Use, k.Alg, k.Kid))]).Payload(jws).ShouldNotBeNull();
    }

    [Fact]
    public void a_jws_gives_its_payload_to_whoever_has_the_keys_and_nothing_once_a_byte_is_changed()
    {
        var signer = App.Host.Services.GetRequiredService<Signer>();
        var jws = signer.Jws(new { Zebra = 1, Apple = "é" }, "certificate+jwt", out _);

        Encoding.UTF8.GetString(signer.PublicKeys.Payload(jws)!).ShouldBe("""{"apple":"é","zebra":1}""");
        Enumerable.Range(0, jws.Length).Where(at => jws[at] != '.').Select(at => jws[..at] + (jws[at] == 'A' ? 'Q' : 'A') + jws[(at + 1)..])
            .ShouldAllBe(altered => signer.PublicKeys.Payload(altered) == null);
        new PublicKeys([]).Payload(jws).ShouldBeNull();
    }

    [Fact]
    public void after_a_rotation_the_fresh_key_signs_at_once_and_the_old_one_is_published_without_its_secret()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}", "keys.signing.json");
        using var signer = new Signer(path, mayCreate: true);
        var signed = signer.Jws(new { Words = "words" }, "words+jwt", out var before);

        var rotated = SigningKeys.Rotate(path);

        signer.Jws(new { Words = "words" }, "words+jwt", out var after);
        after.ShouldBe(rotated.Active);
        after.ShouldNotBe(before);
        signer.PublicKeys.Keys.Select(key => key.Kid).ShouldBe([after, before]);
        signer.PublicKeys.Payload(signed).ShouldNotBeNull();
        rotated.Keys.Single(key => key.Kid == before).Private.ShouldBeNull();
        new FileInfo(path).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path, $"{path}.lock"], ignoreOrder: true);
    }

    [Fact]
    public void in_production_no_key_is_made_up()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.signing.json");

        Should.Throw<InvalidOperationException>(() => new Signer(path, mayCreate: false)).Message.ShouldContain("Signing:KeyFile");
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public void the_keys_lie_beside_those_that_seal_unless_said_otherwise()
    {
        Of(("Sealing:KeyFile", "/keys/keys.json")).ShouldBe("/keys/keys.signing.json");
        Of(("Sealing:KeyFile", "/keys/keys.json"), ("Signing:KeyFile", "/other.json")).ShouldBe("/other.json");

        static string Of(params (string Key, string Value)[] settings) => SigningKeys.PathOf(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
    }
}
