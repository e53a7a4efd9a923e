using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Wolverine;
using Wolverine.Http;

namespace ControlPlane.Mail;

/// <summary>The provider tells what became of a letter; by the letter's own key.</summary>
public sealed record LetterReported(string Letter, LetterFate Fate);

public enum LetterFate
{
    Delivered,
    Bounced,
    Complained,
}

public static class ReceivePostmarkEndpoint
{
    // Told of, and yet no end of the letter: it is delayed, or a machine answered.
    private static readonly string[] NoEnd = ["Transient", "AutoResponder", "AddressChange", "ChallengeVerification", "OpenRelayTest", "Subscribe", "Unsubscribe"];

    /// <summary>Receive Postmark's bounces, complaints and deliveries.</summary>
    /// <remarks>Postmark signs nothing, so it presents the credentials that its webhook's address was given.</remarks>
    [WolverinePost("/v1/postmark/webhook"), Signed, RawBody, Extension, Answers(200, 401)]
    public static async Task<(Answer<Nothing>, OutgoingMessages)> Post(HttpContext http, [NotBody] PostmarkSettings settings, CancellationToken cancellation)
    {
        if (!IsPostmark(http.Request.Headers.Authorization.ToString(), settings.Webhook))
        {
            throw new ProblemException(Problems.Because(401, "unauthenticated", "The webhook's credentials are needed"));
        }

        var messages = new OutgoingMessages();
        if (await ReadAsync(http.Request.Body, cancellation) is ({ } letter, { } tenant, { } fate))
        {
            messages.Add(new LetterReported(letter, fate).WithTenantId(tenant));
        }

        return (new(new Nothing()), messages);
    }

    private static bool IsPostmark(string header, string? expected) => !string.IsNullOrEmpty(expected) && CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(header)),
        SHA256.HashData(Encoding.UTF8.GetBytes($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(expected))}")));

    private static async Task<(string? Letter, string? Tenant, LetterFate? Fate)> ReadAsync(Stream body, CancellationToken cancellation)
    {
        try
        {
            using var report = await JsonDocument.ParseAsync(body, default, cancellation);
            var root = report.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Metadata", out var ours) && ours.ValueKind == JsonValueKind.Object
                ? (TextOf(ours, "letter"), TextOf(ours, "tenant"), FateIn(root))
                : default;
        }
        catch (JsonException)
        {
            throw new ProblemException(Problems.Malformed("", "invalid_json", "The body is not JSON"));
        }
    }

    private static LetterFate? FateIn(JsonElement report) => TextOf(report, "RecordType") switch
    {
        "Delivery" => LetterFate.Delivered,
        "SpamComplaint" => LetterFate.Complained,
        "Bounce" when !NoEnd.Contains(TextOf(report, "Type")) => LetterFate.Bounced,
        _ => null,
    };

    private static string? TextOf(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
