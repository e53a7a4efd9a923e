using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>What the service has promised: whatever it answered 2xx.</summary>
internal sealed class Ledger
{
    private int _answers;

    /// <summary>How many requests were answered 2xx.</summary>
    public int Answers => _answers;

    public ConcurrentBag<string> Signups { get; } = [];

    /// <summary>The tenant of each address, each time it was told.</summary>
    public ConcurrentBag<(string Email, string Tenant)> Tenants { get; } = [];

    /// <summary>What must have happened to each instance.</summary>
    public ConcurrentDictionary<string, string> Instances { get; } = new();

    /// <summary>What must never be answered.</summary>
    public ConcurrentBag<string> Faults { get; } = [];

    /// <summary>How often the service had to send somebody away.</summary>
    public ConcurrentBag<string> Refusals { get; } = [];

    public ConcurrentQueue<double> Milliseconds { get; } = new();

    public void Answered(double milliseconds)
    {
        Interlocked.Increment(ref _answers);
        Milliseconds.Enqueue(milliseconds);
    }
}

/// <summary>Somebody who insists: asks again, under the same key, until there is an answer.</summary>
internal sealed partial class Customer(World world, HttpClient service, Ledger ledger)
{
    private const string All = "/v1/agent-instances";
    private bool _hasTried;

    public string Token { get; private set; } = "";

    public string Email { get; } = $"ada-{Guid.CreateVersion7():N}@example.org";

    /// <summary>Signs up, then leads one instance after another through its life until told to stop.</summary>
    public async Task LiveAsync(CancellationToken stop)
    {
        do
        {
            await SignUpAsync();
            await LeadAsync(isTried: !_hasTried);
            await LeadAsync(isTried: false);
            await LeadAsync(isTried: false);
        }
        while (!stop.IsCancellationRequested);
    }

    /// <summary>Again and again, for whoever has lost his answer comes back the same way and finds his account.</summary>
    public async Task SignUpAsync()
    {
        await Until.TrueAsync(async () =>
        {
            var started = await InsistAsync(HttpMethod.Post, "/v1/auth/signup", new
            {
                email = Email,
                displayName = "Ada",
                country = "FR",
                locale = "en",
                termsVersion = "2026-06",
                privacyVersion = "2026-06",
            });
            var id = Text(started, 202, "signupId");
            ledger.Signups.Add(id);
            var letter = await Until.FoundAsync(async () => (await world.Outside.LogAsync("postmark", $"{id}:code", cancel: TestContext.Current.CancellationToken))
                .FirstOrDefault(sent => sent is { Method: "POST", Status: 200 }));
            var verified = await InsistAsync(
                HttpMethod.Post, "/v1/auth/signup/verifications", new { signupId = id, code = Codes().Match((string)letter.Body!["TextBody"]!).Value });
            if (verified.Status == 422)
            {
                return false;
            }

            Token = Text(verified, 201, "token", "secret");
            ledger.Tenants.Add((Email, Text(verified, 201, "tenant", "id")));
            return true;
        });
    }

    /// <summary>Drafts an instance; tries, suspends and resumes it where asked; and deletes it.</summary>
    public async Task LeadAsync(bool isTried)
    {
        var id = await DraftAsync();
        var expected = "agent_instance.drafted";
        if (isTried)
        {
            Text(await InsistAsync(HttpMethod.Post, $"{All}/{id}/trial/activate", new { }), 200, "id");
            Text(await InsistAsync(HttpMethod.Post, $"{All}/{id}/suspend", new { }), 200, "id");
            Text(await InsistAsync(HttpMethod.Post, $"{All}/{id}/resume", new { }), 200, "id");
            expected += " agent_instance.trial_started agent_instance.suspended agent_instance.resumed";
            _hasTried = true;
        }

        Text(await InsistAsync(HttpMethod.Post, $"{All}/{id}/delete", new { }), 202, "effective");
        ledger.Instances[id] = expected + " agent_instance.deletion_requested agent_instance.deletion_started agent_instance.deleted";
    }

    public async Task<string> DraftAsync()
    {
        var drafted = await InsistAsync(HttpMethod.Post, All, new { blueprintRef = "workspace-agent@1", displayName = $"Scout {Guid.CreateVersion7():N}" });
        var id = Text(drafted, 201, "id");
        ledger.Instances[id] = "agent_instance.drafted";
        return id;
    }

    public async Task<Reply> InsistAsync(HttpMethod method, string path, object body)
    {
        var key = Guid.CreateVersion7().ToString("N");
        return await Until.FoundAsync(() => AskAsync(method, path, body, key));
    }

    /// <summary>The answer, or null where the same request is to be repeated.</summary>
    private async Task<Reply?> AskAsync(HttpMethod method, string path, object body, string key)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        if (Token.Length > 0 && !path.StartsWith("/v1/auth/signup", StringComparison.Ordinal))
        {
            request.Headers.Authorization = new("Bearer", Token);
        }

        try
        {
            using var response = await service.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (response.IsSuccessStatusCode)
            {
                ledger.Answered(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                return new((int)response.StatusCode, JsonNode.Parse(text), new Dictionary<string, string>());
            }

            return IsRefusal(response, path, text) ? null : new((int)response.StatusCode, JsonNode.Parse(text), new Dictionary<string, string>());
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            ledger.Refusals.Add("dropped");
            return null;
        }
    }

    // What sends a client away for now tells it so in full, and nothing else of the inside.
    private bool IsRefusal(HttpResponseMessage response, string path, string text)
    {
        var code = response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? (string?)JsonNode.Parse(text)?["code"] : null;
        switch (response.StatusCode, code)
        {
            case (HttpStatusCode.ServiceUnavailable, "unavailable") when response.Headers.RetryAfter is RetryConditionHeaderValue { Delta: not null }:
            case (HttpStatusCode.Conflict, "idempotency_in_progress" or "concurrent_update"):
                ledger.Refusals.Add(code);
                return true;
            case ( >= HttpStatusCode.InternalServerError, _) or (HttpStatusCode.Conflict or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound, _):
                ledger.Faults.Add($"{path}: {(int)response.StatusCode} {text}, Retry-After {response.Headers.RetryAfter}");
                return true;
            default:
                return false;
        }
    }

    private static string Text(Reply reply, int status, params string[] path)
    {
        reply.Status.ShouldBe(status, reply.Body?.ToJsonString());
        return path.Aggregate(reply.Body, (node, name) => node![name])!.ToString();
    }

    [GeneratedRegex("(?<![0-9A-Za-z])[0-9]{8}(?![0-9A-Za-z])")]
    private static partial Regex Codes();
}
