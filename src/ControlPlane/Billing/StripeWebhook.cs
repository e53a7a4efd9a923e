using System.Text.Json;
using System.Text.RegularExpressions;
using ControlPlane.Hosting;
using Stripe;

namespace ControlPlane.Billing;

/// <summary>An event of Stripe's that is proven to be Stripe's.</summary>
/// <param name="Id">Stripe's id of it.</param>
/// <param name="Type">What happened.</param>
/// <param name="ApiVersion">The version that it is written in.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="ObjectId">What it happened to.</param>
/// <param name="CustomerId">Whom that belongs to.</param>
/// <param name="IsParked">Whether it is written in another version than ours.</param>
/// <param name="Body">All of it.</param>
public sealed record StripeTold(string Id, string Type, string? ApiVersion, DateTimeOffset CreatedAt, string? ObjectId, string? CustomerId, bool IsParked, string Body);

/// <summary>Reads what comes to Stripe's webhook: 400 for whatever is not signed by Stripe, of the other mode, or no event.</summary>
public sealed partial class StripeWebhook(StripeSettings settings, TimeProvider time, ILogger<StripeWebhook> logger)
{
    private const long ToleranceSeconds = 300;
    private static readonly string OurTrain = TrainOf(StripeConfiguration.ApiVersion);

    public StripeTold Read(string body, string signature)
    {
        if (signature.Length == 0)
        {
            throw No("signature_missing", "The header Stripe-Signature is needed");
        }

        if (!settings.WebhookSecrets.Any(secret => IsSigned(body, signature, secret)))
        {
            throw No("signature_invalid", "No active secret has signed this body within 300 seconds");
        }

        var told = Parse(body);
        if (told.IsParked)
        {
            LogParked(told.Id, told.ApiVersion ?? "none", StripeConfiguration.ApiVersion);
        }

        return told;
    }

    private StripeTold Parse(string body)
    {
        using var document = Json(body);
        var root = document.RootElement;
        if (TextOf(root, "id") is not { } id || !EventId().IsMatch(id) || TextOf(root, "type") is not { } type
            || !root.TryGetProperty("created", out var created) || created.ValueKind != JsonValueKind.Number || !created.TryGetInt64(out var seconds) || seconds is < 0 or > 253_402_300_799)
        {
            throw No("unexpected_shape", "This is no event of Stripe's");
        }

        var isLive = root.TryGetProperty("livemode", out var livemode) && livemode.ValueKind == JsonValueKind.True;
        if (isLive != settings.IsLive)
        {
            throw No("livemode_mismatch", "The event is of the other mode, live or test");
        }

        var version = TextOf(root, "api_version");
        var thing = root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("object", out var held)
            && held.ValueKind == JsonValueKind.Object ? held : default;
        var thingId = TextOf(thing, "id");
        return new(
            id, type, version, DateTimeOffset.FromUnixTimeSeconds(seconds), thingId,
            TextOf(thing, "object") == "customer" ? thingId : IdIn(thing, "customer"), version is null || TrainOf(version) != OurTrain, body);
    }

    private static JsonDocument Json(string body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw No("invalid_json", "The body is not JSON");
        }
    }

    // What the library does with a header that it can't read is to fail in ways of its own.
    private bool IsSigned(string body, string signature, string secret)
    {
        try
        {
            EventUtility.ValidateSignature(body, signature, secret, ToleranceSeconds, time.GetUtcNow().ToUnixTimeSeconds());
            return true;
        }
        catch (Exception error) when (error is StripeException or NullReferenceException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static string TrainOf(string version) => version[(version.LastIndexOf('.') + 1)..];

    // Only words that are safe to be stored: the raw text is matched, for an escape may stand for what is no text.
    private static string? TextOf(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && Word().IsMatch(member.GetRawText())
            ? member.GetString()
            : null;

    // A reference, or the thing itself where it was expanded.
    private static string? IdIn(JsonElement holder, string name) =>
        TextOf(holder, name) ?? (holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var member) ? TextOf(member, "id") : null);

    private static ProblemException No(string code, string title) => new(Problems.Because(400, code, title));

    [LoggerMessage(LogLevel.Warning, "Stripe's event {EventId} is written in version {Version} and ours is {Ours}: it is kept and not handled; set the endpoint's version")]
    private partial void LogParked(string eventId, string version, string ours);

    [GeneratedRegex(@"^""[A-Za-z0-9_.\-]{1,200}""\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"^evt_[A-Za-z0-9_]{1,120}\z")]
    private static partial Regex EventId();
}
