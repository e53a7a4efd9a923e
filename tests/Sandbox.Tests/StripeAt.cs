using Stripe;
using Stripe.Checkout;

namespace OutsideWorld.Tests;

/// <summary>The real client, pointed at a sandbox.</summary>
internal static class StripeAt
{
    public static StripeClient Client(Sandbox sandbox, int retries = 0, string key = "sk_test_sandbox") => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = sandbox.StripeApiBase,
        HttpClient = new SystemNetHttpClient(
            new HttpClient { Timeout = TimeSpan.FromSeconds(5) }, maxNetworkRetries: retries, enableTelemetry: false),
    });

    public static string SomeEmail() => $"ada-{Guid.CreateVersion7():N}@example.eu";

    public static SessionCreateOptions SetUp(string? customer = null) => new()
    {
        Mode = "setup",
        Currency = "eur",
        Customer = customer,
        SuccessUrl = "https://portal.example/ok?session={CHECKOUT_SESSION_ID}",
        CancelUrl = "https://portal.example/back",
        ClientReferenceId = "ten_1",
    };

    public static async Task<StripeError> Refusal(Func<Task> call) => (await Should.ThrowAsync<StripeException>(call)).StripeError;
}
