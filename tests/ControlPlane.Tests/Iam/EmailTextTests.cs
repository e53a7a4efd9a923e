using System.Text.Json.Nodes;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Iam;

public class EmailTextTests(App app) : AppTest(app)
{
    [Theory]
    [InlineData("ada@example.org", true)]
    [InlineData(" ada@example.org ", true)]
    [InlineData("ada+news@sub.example.org", true)]
    [InlineData("adá@exämple.org", true)]
    [InlineData("ada", false)]
    [InlineData("@example.org", false)]
    [InlineData("ada@", false)]
    [InlineData("ada@b@example.org", false)]
    [InlineData("a da@example.org", false)]
    [InlineData("ada@example.org,eve@example.org", false)]
    [InlineData("Ada <ada@example.org>", false)]
    [InlineData("\"ada\"@example.org", false)]
    [InlineData("", false)]
    public void only_one_plain_address_is_one(string text, bool isOne) => EmailText.IsAddress(text).ShouldBe(isOne);

    [Fact]
    public void a_letter_goes_to_the_local_part_as_it_was_written() => EmailText.Normal(" Ada@EXAMPLE.org").ShouldBe("Ada@example.org");

    [Fact]
    public async Task an_address_is_looked_up_the_same_however_it_is_spelt_and_whichever_key_is_active()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var ring = App.Host.Services.GetRequiredService<KeyRing>();
        using var rotated = ActivatorUtilities.CreateInstance<KeyRing>(App.Host.Services, Rotated());

        var hash = await EmailText.HashAsync(ring, "ada@example.org", cancellation);

        (await EmailText.HashAsync(ring, " ADA@Example.ORG", cancellation)).ShouldBe(hash);
        (await EmailText.HashAsync(ring, "eve@example.org", cancellation)).ShouldNotBe(hash);
        (await EmailText.HashAsync(rotated, "ada@example.org", cancellation)).ShouldBe(hash);
    }

    private MasterKeys Rotated()
    {
        var file = JsonNode.Parse(File.ReadAllText(App.Host.Services.GetRequiredService<IConfiguration>()["Sealing:KeyFile"]!))!;
        var keys = file["keys"]!.AsObject().ToDictionary(key => key.Key, key => Convert.FromBase64String((string)key.Value!));
        keys["rotated"] = [.. Enumerable.Repeat((byte)7, 32)];
        return new("rotated", keys);
    }
}
