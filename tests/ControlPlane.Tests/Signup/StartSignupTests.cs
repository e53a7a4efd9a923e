using System.Text.Json.Nodes;

namespace ControlPlane.Tests.Signup;

public class StartSignupTests(App app) : SignupTest(app)
{
    [Fact]
    public async Task a_known_and_an_unknown_address_get_the_same_answer()
    {
        var unknown = await Start();
        (await Verify(unknown.Text("signupId"), CodeIn(await Letter(unknown.Text("signupId")!)))).Status.ShouldBe(201);

        var known = await Start();

        (known.Status, known.Text("next")).ShouldBe((202, "check_email"));
        known.Status.ShouldBe(unknown.Status);
        Shape(known).ShouldBe(Shape(unknown));
        known.Headers.Keys.Order().ShouldBe(unknown.Headers.Keys.Order());
    }

    [Fact]
    public async Task the_letter_goes_to_the_address_with_the_code_and_without_the_words_of_whoever_asked()
    {
        var started = await Start(name: "Buy <b>now</b> at evil.example");
        var letter = await Letter(started.Text("signupId")!);

        ((string?)letter.Body!["To"], (string?)letter.Body["MessageStream"], (string?)letter.Body["Tag"]).ShouldBe((Email, "outbound", "signup"));
        letter.Body["HtmlBody"]!.ToString().ShouldContain(CodeIn(letter));
        letter.Body["TextBody"]!.ToString().ShouldContain($"/signup/{started.Text("signupId")}");
        letter.Body.ToJsonString().ShouldNotContain("evil.example");
    }

    [Theory]
    [InlineData("fr", "Votre code d'inscription")]
    [InlineData("fr-CA", "Votre code d'inscription")]
    [InlineData("de", "Your sign-up code")]
    public async Task the_letter_speaks_the_language_of_the_signup_or_english(string locale, string subject) =>
        ((string?)(await Letter((await Start(locale: locale)).Text("signupId")!)).Body!["Subject"]).ShouldBe(subject);

    [Fact]
    public async Task an_address_is_written_to_five_times_an_hour_however_it_is_spelt()
    {
        var spellings = new[] { Email, Email.ToUpperInvariant(), $" {Email} ", $"Ada{Email[3..]}", Email };
        foreach (var spelling in spellings)
        {
            (await Start(spelling)).Status.ShouldBe(202);
        }

        var sixth = await Start();

        (sixth.Status, sixth.Text("code")).ShouldBe((429, "rate_limited"));
        int.Parse(sixth.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 3600);
    }

    [Theory]
    [InlineData("""{}""", "/country required|/displayName required|/email required|/locale required|/privacyVersion required|/termsVersion required")]
    [InlineData("""{"email":"ada","country":"ZZ","locale":"english","offerRef":"retail","marketingConsent":"yes","plan":1}""",
        "/country format|/displayName required|/email format|/locale format|/marketingConsent type|/offerRef type|/plan unknown_field|/privacyVersion required|/termsVersion required")]
    [InlineData("""{"email":"a@b.eu, c@d.eu","displayName":"","country":"FR","locale":"fr","termsVersion":"1","privacyVersion":"1"}""",
        "/displayName required|/email format")]
    [InlineData("""{"email":"Ada <a@b.eu>","displayName":"a\nb","country":"FR","locale":"fr","termsVersion":"1","privacyVersion":"1"}""",
        "/displayName characters|/email format")]
    [InlineData("""[]""", " type")]
    [InlineData("""{"email":""", " invalid_json")]
    public async Task every_fault_of_a_body_is_told_with_its_place(string body, string faults)
    {
        var reply = await Post("/v1/auth/signup", body, token: null);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Theory]
    [InlineData("KP", "2026-06", "2026-06", null, "/country country_not_served")]
    [InlineData("FR", "2020-01", "2020-02", null, "/privacyVersion unknown_version|/termsVersion unknown_version")]
    [InlineData("FR", "2026-06", "2026-06", "retail@99#solo-monthly", "/offerRef unknown_offer")]
    [InlineData("FR", "2026-06", "2026-06", "retail@2#no-such", "/offerRef unknown_offer")]
    [InlineData("FR", "2026-06", "2026-06", "retail@1#solo-monthly", "/offerRef offer_closed")]
    [InlineData("FR", "2026-06", "2026-06", "founders@1#pro-founder", "/offerRef unknown_offer")]
    public async Task what_can_t_be_agreed_to_is_refused(string country, string terms, string privacy, string? offer, string faults)
    {
        var reply = await Post(
            "/v1/auth/signup",
            new { email = Email, displayName = "Ada", country, locale = "en", termsVersion = terms, privacyVersion = privacy, offerRef = offer }, token: null);

        (reply.Status, reply.Text("code")).ShouldBe((422, "signup_refused"));
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    private static string Shape(Reply reply) => string.Join(' ', reply.Body!.AsObject().Select(member => $"{member.Key}:{Length(member.Value!)}"));

    // A time is written with as many digits as it needs.
    private static int Length(JsonNode value) => DateTimeOffset.TryParse(value.ToString(), out _) ? 0 : value.ToString().Length;
}
