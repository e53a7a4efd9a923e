using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Mail;

/// <summary>Sends letters through Postmark's HTTP API. It tries once; trying again is the message's business.</summary>
/// <remarks>
/// Postmark knows no idempotency key. So every letter carries its own in the metadata and is looked up before it is sent, which
/// finds what a lost answer or a crash has left. Postmark's search lags: a repetition within that time sends the same words twice.
/// </remarks>
public sealed class Postmark(PostmarkSettings settings) : IDisposable
{
    private const int InactiveRecipient = 406;
    private const int Maintenance = 100;

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        BaseAddress = new(settings.BaseUrl.TrimEnd('/') + '/'),
        Timeout = TimeSpan.FromSeconds(20),
    };

    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        if (await IsSentAsync(letter.Key, cancellation))
        {
            return;
        }

        await AskAsync(HttpMethod.Post, "email", JsonSerializer.Serialize(new
        {
            From = Needed(settings.From, "Postmark:From"),
            letter.To,
            letter.Words.Subject,
            TextBody = letter.Words.Text,
            HtmlBody = letter.Words.Html,
            settings.MessageStream,
            letter.Tag,
            Metadata = MetadataOf(letter),
            TrackOpens = false,
            TrackLinks = "None",
        }), cancellation);
    }

    private static Dictionary<string, string> MetadataOf(Letter letter) => letter.Tenant is { } tenant
        ? new() { ["letter"] = letter.Key, ["tenant"] = tenant }
        : new() { ["letter"] = letter.Key };

    private async Task<bool> IsSentAsync(string key, CancellationToken cancellation)
    {
        using var found = await AskAsync(HttpMethod.Get, $"messages/outbound?count=1&offset=0&metadata_letter={Uri.EscapeDataString(key)}", null, cancellation);
        return found.RootElement.GetProperty("TotalCount").GetInt32() > 0;
    }

    private async Task<JsonDocument> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.Add("X-Postmark-Server-Token", Needed(settings.ServerToken, "Postmark:ServerToken"));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.StatusCode == HttpStatusCode.OK
            ? JsonDocument.Parse(text)
            : throw Refusal(answer.StatusCode, CodeIn(text), answer.Headers.RetryAfter);
    }

    /// <summary>What a "no" means. Postmark's words name recipients, so only its numbers are told.</summary>
    public static Exception Refusal(HttpStatusCode status, int? code, RetryConditionHeaderValue? retryAfter) => (status, code) switch
    {
        (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, _) or (_, Maintenance or 429) =>
            new TryLaterException(Words(status, code), retryAfter?.Delta),
        (HttpStatusCode.UnprocessableEntity, InactiveRecipient) => new NeverPassesException("Postmark no longer delivers to the recipient (406)"),
        // The letter or the account is at fault: nothing changes that but a person, who then replays the dead letter.
        ( >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError, _) => new NeverPassesException(Words(status, code)),
        _ => new HttpRequestException(Words(status, code), null, status),
    };

    private static string Needed(string? setting, string name) =>
        string.IsNullOrEmpty(setting) ? throw new InvalidOperationException($"{name} is not set") : setting;

    private static string Words(HttpStatusCode status, int? code) =>
        string.Create(CultureInfo.InvariantCulture, $"Postmark answered {(int)status} ({code?.ToString(CultureInfo.InvariantCulture) ?? "no code"})");

    private static int? CodeIn(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("ErrorCode", out var code) && code.TryGetInt32(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
