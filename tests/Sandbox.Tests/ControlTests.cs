using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OutsideWorld.Faults;
using Stripe;

namespace OutsideWorld.Tests;

public sealed class ControlTests(SharedSandbox shared)
{
    private readonly StripeClient _stripe = StripeAt.Client(shared.Sandbox);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _email = StripeAt.SomeEmail();

    [Fact]
    public async Task the_log_shows_what_arrived_and_what_was_answered()
    {
        await _stripe.V1.Customers.CreateAsync(
            new() { Email = _email, PreferredLocales = ["de"], Metadata = new() { ["tenant_id"] = "ten_1" } },
            new() { IdempotencyKey = "k-" + _email }, _cancel);
        await StripeAt.Refusal(() => _stripe.V1.Customers.ListAsync(new() { Email = _email, Limit = 1000 }));

        var log = await shared.Control.LogAsync("stripe", _email, cancel: _cancel);

        var (made, listed) = (log[0], log[1]);
        (made.Method, made.Path, made.Status).ShouldBe(("POST", "/v1/customers", 200));
        made.Headers["Idempotency-Key"].ShouldBe("k-" + _email);
        made.Body!["metadata"]!["tenant_id"]!.GetValue<string>().ShouldBe("ten_1");
        made.Body["preferred_locales"]!.AsArray().Count.ShouldBe(1);
        (listed.Query["email"]!.GetValue<string>(), listed.Status).ShouldBe((_email, 400));
        (await shared.Control.LogAsync("stripe", _email, since: made.Index, cancel: _cancel)).ShouldHaveSingleItem().Index.ShouldBe(listed.Index);
        (await shared.Control.LogAsync("postmark", _email, cancel: _cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_fault_strikes_as_often_as_asked_and_nobody_else()
    {
        await shared.Control.AddFaultAsync("stripe",
            new() { Match = new(Contains: _email), Kind = FaultKind.Status, Status = 503, Times = 2 }, _cancel);

        var failures = 0;
        for (var i = 0; i < 3; i++)
            failures += await Fails(_email) ? 1 : 0;

        failures.ShouldBe(2);
        (await Fails(StripeAt.SomeEmail())).ShouldBeFalse();
    }

    [Fact]
    public async Task the_clients_own_retries_outlast_a_short_storm()
    {
        await shared.Control.AddFaultAsync("stripe", new() { Match = new(Contains: _email), Kind = FaultKind.Reset }, _cancel);

        var made = await StripeAt.Client(shared.Sandbox, retries: 1).V1.Customers.CreateAsync(new() { Email = _email }, cancellationToken: _cancel);

        made.Email.ShouldBe(_email);
        (await shared.Control.LogAsync("stripe", _email, cancel: _cancel)).Select(e => e.Status).ShouldBe([null, 200]);
    }

    [Fact]
    public async Task a_delay_answers_late()
    {
        await shared.Control.AddFaultAsync("stripe",
            new() { Match = new(Contains: _email), Kind = FaultKind.Delay, DelayMs = 250 }, _cancel);
        var watch = Stopwatch.StartNew();

        (await Fails(_email)).ShouldBeFalse();

        watch.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(240);
    }

    [Fact]
    public async Task a_status_can_carry_headers_and_a_body_of_its_own()
    {
        await shared.Control.AddFaultAsync("stripe", new()
        {
            Match = new(Contains: _email),
            Kind = FaultKind.Status,
            Status = 429,
            Headers = new Dictionary<string, string> { ["Retry-After"] = "7" },
            Body = new JsonObject { ["error"] = new JsonObject { ["message"] = "slow down" } },
        }, _cancel);

        var refused = await Should.ThrowAsync<StripeException>(() =>
            _stripe.V1.Customers.CreateAsync(new() { Email = _email }, cancellationToken: _cancel));

        (refused.HttpStatusCode, refused.StripeError.Message).ShouldBe((HttpStatusCode.TooManyRequests, "slow down"));
        refused.StripeResponse.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task a_fault_taken_back_does_not_strike()
    {
        var fault = await shared.Control.AddFaultAsync("stripe", new() { Match = new(Contains: _email), Kind = FaultKind.Status }, _cancel);

        await shared.Control.RemoveFaultAsync("stripe", fault.Id, _cancel);

        (await Fails(_email)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("/_sandbox/stripe/faults", """{ "match": {}, "kind": "explode" }""")]
    [InlineData("/_sandbox/stripe/faults", """{ "match": { "route": "/x" }, "kind": "reset" }""")]
    [InlineData("/_sandbox/clock", """{ "advanceSeconds": -1 }""")]
    public async Task a_mistaken_switch_is_refused_with_a_reason(string path, string body)
    {
        using var http = new HttpClient { BaseAddress = new(shared.Sandbox.BaseUrl) };
        using var content = new StringContent(body, null, "application/json");

        using var answer = await http.PostAsync(path, content, _cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(_cancel))!["error"]).ShouldNotBeNullOrEmpty();
    }

    private async Task<bool> Fails(string email)
    {
        try
        {
            await _stripe.V1.Customers.CreateAsync(new() { Email = email }, cancellationToken: _cancel);
            return false;
        }
        catch (StripeException)
        {
            return true;
        }
    }
}
