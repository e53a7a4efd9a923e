using System.Text.Json.Nodes;
using global::Stripe;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Providers.Stripe;

internal static class StripeEvents
{
    /// <summary>Signs for a target that was registered without a secret of its own.</summary>
    public const string DefaultSecret = "whsec_sandbox";

    public static JsonObject Get(StripeCall call) => call.Account.Events.Require(call.Id);

    public static JsonObject List(StripeCall call)
    {
        var (type, types) = (call.Parameters.Value("type"), call.Parameters.Texts("types"));
        if (call.Parameters.Has("delivery_success"))
            throw StripeFailure.NotImitated("delivery_success");
        return call.Account.Events.List(call.Parameters, made => Fits((string)made["type"]!));

        bool Fits(string actual) => (type is null && types.Count == 0) || Is(type, actual) || types.Any(each => Is(each, actual));
    }

    /// <summary>The request Stripe would send, signed for the system's time: that is what the receiver compares with.</summary>
    public static HttpRequestMessage Compose(WebhookTarget target, WebhookEvent sent)
    {
        var body = JsonNode.Parse(sent.Text)!;
        body["api_version"] = target.ApiVersion ?? StripeEnvelope.ApiVersion;
        var json = body.ToJsonString(Indented);
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new StringContent(json, null, "application/json") };
        request.Headers.TryAddWithoutValidation("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", EventUtility.GenerateSignatureHeader(json, target.Secret ?? DefaultSecret));
        return request;
    }

    private static System.Text.Json.JsonSerializerOptions Indented { get; } = new(Json.Options) { WriteIndented = true };

    private static bool Is(string? asked, string actual) =>
        asked == actual || (asked?.EndsWith(".*", StringComparison.Ordinal) == true && actual.StartsWith(asked[..^1], StringComparison.Ordinal));
}
