using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OutsideWorld.Faults;
using OutsideWorld.Providers.Stripe;
using OutsideWorld.Traffic;
using OutsideWorld.Webhooks;

namespace OutsideWorld;

/// <summary>The control API as a test uses it, for a sandbox in this process or another.</summary>
public sealed class SandboxClient(string baseUrl) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new() { BaseAddress = new Uri(baseUrl) };

    /// <summary>What a provider received, newest last.</summary>
    public async Task<IReadOnlyList<Exchange>> LogAsync(string provider, string? contains = null, long since = 0, CancellationToken cancel = default) =>
        await GetAsync<List<Exchange>>($"/_sandbox/{provider}/log?since={since}{Query("contains", contains)}", cancel);

    /// <summary>Waits until the log holds such a request.</summary>
    public async Task<Exchange> ExpectAsync(string provider, string contains, Func<Exchange, bool>? fits = null, CancellationToken cancel = default) =>
        (await UntilAsync(
            async () => (await LogAsync(provider, contains, cancel: cancel)).LastOrDefault(exchange => fits?.Invoke(exchange) ?? true),
            found => found is not null,
            $"{provider} received nothing that fits and contains '{contains}'",
            cancel))!;

    public async Task<Fault> AddFaultAsync(string provider, Fault fault, CancellationToken cancel = default) =>
        await PostAsync<Fault>($"/_sandbox/{provider}/faults", fault, cancel);

    public async Task RemoveFaultAsync(string provider, string id, CancellationToken cancel = default) =>
        (await _http.DeleteAsync($"/_sandbox/{provider}/faults/{id}", cancel)).EnsureSuccessStatusCode();

    public async Task<WebhookTarget> AddWebhookAsync(string provider, WebhookTarget target, CancellationToken cancel = default) =>
        await PostAsync<WebhookTarget>($"/_sandbox/{provider}/webhooks", target, cancel);

    public async Task RemoveWebhookAsync(string provider, string id, CancellationToken cancel = default) =>
        (await _http.DeleteAsync($"/_sandbox/{provider}/webhooks/{id}", cancel)).EnsureSuccessStatusCode();

    public async Task<IReadOnlyList<Delivery>> DeliveriesAsync(string provider, string? eventId = null, CancellationToken cancel = default) =>
        await GetAsync<List<Delivery>>($"/_sandbox/{provider}/deliveries?since=0{Query("eventId", eventId)}", cancel);

    /// <summary>The customer finishes Stripe's hosted page.</summary>
    public async Task<JsonObject> CompleteCheckoutAsync(string session, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>($"/_sandbox/stripe/checkout/sessions/{session}/complete", new { }, cancel);

    /// <summary>Has Stripe know a price under an id of one's own choice.</summary>
    public async Task AddStripePriceAsync(ListedPrice price, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>("/_sandbox/stripe/prices", price, cancel);

    /// <summary>From now on a customer's payment method behaves so.</summary>
    public async Task CardBehavesAsync(string customer, CardBehavior behavior, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>($"/_sandbox/stripe/customers/{customer}/card?behavior={behavior}", new { }, cancel);

    /// <summary>The next period of a subscription begins now.</summary>
    public async Task RenewAsync(string subscription, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>($"/_sandbox/stripe/subscriptions/{subscription}/renew", new { }, cancel);

    /// <summary>What is open of a subscription is tried again now.</summary>
    public async Task RetryAsync(string subscription, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>($"/_sandbox/stripe/subscriptions/{subscription}/retry", new { }, cancel);

    /// <summary>The events so far that hold such a text, oldest first.</summary>
    public async Task<IReadOnlyList<JsonObject>> StripeEventsAsync(string contains, CancellationToken cancel = default) =>
        [.. (await GetAsync<JsonObject>($"/_sandbox/stripe/events?contains={Uri.EscapeDataString(contains)}", cancel))["data"]!.AsArray().Select(made => made!.AsObject())];

    /// <summary>Stripe sends an event once more.</summary>
    public async Task ResendStripeEventAsync(string id, CancellationToken cancel = default) =>
        await PostAsync<JsonObject>($"/_sandbox/stripe/events/{id}/send", new { }, cancel);

    /// <summary>A message comes back to Postmark.</summary>
    public async Task BounceAsync(string messageId, string type = "HardBounce", CancellationToken cancel = default) =>
        (await _http.PostAsJsonAsync($"/_sandbox/postmark/messages/{messageId}/bounce", new { type }, cancel)).EnsureSuccessStatusCode();

    /// <summary>Nobody can write to this address any more.</summary>
    public async Task DeactivateAsync(string email, CancellationToken cancel = default) =>
        (await _http.PostAsJsonAsync("/_sandbox/postmark/inactive", new { email }, cancel)).EnsureSuccessStatusCode();

    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancel = default) =>
        (await _http.PostAsJsonAsync("/_sandbox/clock", new { advanceSeconds = by.TotalSeconds }, cancel)).EnsureSuccessStatusCode();

    /// <summary>Asks again until the answer fits.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> fits, string complaint, CancellationToken cancel = default)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (fits(answer))
                return answer;
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException(complaint);
            await Task.Delay(30, cancel);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken cancel) => (await _http.GetFromJsonAsync<T>(path, Json.Options, cancel))!;

    private async Task<T> PostAsync<T>(string path, object body, CancellationToken cancel)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, Json.Options, cancel);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}", null, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<T>(Json.Options, cancel))!;
    }

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
