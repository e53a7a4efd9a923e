using System.Diagnostics;
using OutsideWorld.Traffic;

namespace ControlPlane.Tests.Signup;

public class SignupTraceTests(App app) : SignupTest(app)
{
    [Fact]
    public async Task one_trace_leads_from_a_request_to_what_the_providers_hear()
    {
        var (first, second) = (Trace(), Trace());

        var started = await Post(
            "/v1/auth/signup",
            new { email = Email, displayName = "Ada", country = "FR", locale = "en", termsVersion = "2026-06", privacyVersion = "2026-06" }, null, ("traceparent", first));
        var letter = await Letter(started.Text("signupId")!);
        var proven = await Post("/v1/auth/signup/verifications", new { signupId = started.Text("signupId"), code = CodeIn(letter) }, null, ("traceparent", second));
        var customer = await Seen("stripe", (string)proven.Body!["tenant"]!["id"]!, call => call is { Method: "POST", Path: "/v1/customers", Status: 200 });

        (IdIn(TraceOf(letter)), IdIn(TraceOf(customer))).ShouldBe((IdIn(first), IdIn(second)));
    }

    private static string Trace() => $"00-{ActivityTraceId.CreateRandom().ToHexString()}-00f067aa0ba902b7-01";

    private static string TraceOf(Exchange call) => call.Headers.First(header => header.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).Value;

    private static string IdIn(string trace) => trace.Split('-')[1];
}
