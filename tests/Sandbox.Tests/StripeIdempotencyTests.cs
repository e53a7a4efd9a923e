using System.Net;
using OutsideWorld.Faults;
using Stripe;

namespace OutsideWorld.Tests;

public sealed class StripeIdempotencyTests(SharedSandbox shared)
{
    private readonly StripeClient _stripe = StripeAt.Client(shared.Sandbox);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _email = StripeAt.SomeEmail();

    [Fact]
    public async Task the_same_call_is_answered_as_before()
    {
        var first = await Create("k-" + _email);
        var again = await Create("k-" + _email);

        again.Id.ShouldBe(first.Id);
        again.StripeResponse.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        first.StripeResponse.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        (await Made()).ShouldBe(1);
    }

    [Fact]
    public async Task a_key_belongs_to_its_parameters_and_endpoint()
    {
        await Create("k-" + _email);

        var other = await StripeAt.Refusal(() => Create("k-" + _email, name: "Other"));
        var elsewhere = await StripeAt.Refusal(() =>
            _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(), new() { IdempotencyKey = "k-" + _email }, _cancel));

        other.Type.ShouldBe("idempotency_error");
        elsewhere.Type.ShouldBe("idempotency_error");
        (await Made()).ShouldBe(1);
    }

    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.Html)]
    public async Task a_lost_answer_is_found_again_by_the_clients_retry(FaultKind kind)
    {
        await Strike(new() { Match = Mine, Kind = kind, When = FaultMoment.After });

        var made = await StripeAt.Client(shared.Sandbox, retries: 1).V1.Customers.CreateAsync(
            new() { Email = _email }, new() { IdempotencyKey = "k-" + _email }, _cancel);

        made.Email.ShouldBe(_email);
        made.StripeResponse.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
        (await Made()).ShouldBe(1);
        (await shared.Control.LogAsync("stripe", _email, cancel: _cancel)).Count(e => e.Method == "POST").ShouldBe(2);
    }

    [Fact]
    public async Task without_a_key_a_lost_answer_means_a_second_customer()
    {
        await Strike(new() { Match = Mine, Kind = FaultKind.Reset, When = FaultMoment.After });

        await Should.ThrowAsync<HttpRequestException>(() => Create(key: null));
        await Create(key: null);

        (await Made()).ShouldBe(2);
    }

    [Fact]
    public async Task two_at_once_are_told_apart()
    {
        await Strike(new() { Match = Mine, Kind = FaultKind.Delay, DelayMs = 400, When = FaultMoment.During });
        var first = Create("k-" + _email);
        await shared.Control.ExpectAsync("stripe", _email, e => e.Fault != null, _cancel);

        var second = await Should.ThrowAsync<StripeException>(() => Create("k-" + _email));

        second.HttpStatusCode.ShouldBe(HttpStatusCode.Conflict);
        second.StripeError.Code.ShouldBe("idempotency_key_in_use");
        (await first).Email.ShouldBe(_email);
        (await Create("k-" + _email)).Id.ShouldBe((await first).Id);
    }

    [Fact]
    public async Task an_error_after_execution_began_is_remembered_too()
    {
        await Strike(new() { Match = Mine, Kind = FaultKind.Status, Status = 500, When = FaultMoment.During });

        (await StripeAt.Refusal(() => Create("k-" + _email))).Type.ShouldBe("api_error");
        (await StripeAt.Refusal(() => Create("k-" + _email))).Type.ShouldBe("api_error");

        (await Made()).ShouldBe(0);
    }

    [Fact]
    public async Task an_error_before_execution_leaves_the_key_free()
    {
        await Strike(new() { Match = Mine, Kind = FaultKind.Status, Status = 429 });

        (await StripeAt.Refusal(() => Create("k-" + _email))).Code.ShouldBe("rate_limit");
        (await StripeAt.Refusal(() => Create("k-" + _email, name: new string('x', 5_001)))).Param.ShouldBe("name");

        (await Create("k-" + _email)).Email.ShouldBe(_email);
    }

    [Fact]
    public async Task a_key_is_forgotten_after_a_day_and_not_before()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var stripe = StripeAt.Client(sandbox);
        var options = new CustomerCreateOptions { Email = _email };
        var key = new RequestOptions { IdempotencyKey = "k" };

        var first = await stripe.V1.Customers.CreateAsync(options, key, _cancel);
        sandbox.Clock.Advance(TimeSpan.FromHours(23.9));
        var within = await stripe.V1.Customers.CreateAsync(options, key, _cancel);
        sandbox.Clock.Advance(TimeSpan.FromHours(0.2));
        var later = await stripe.V1.Customers.CreateAsync(options, key, _cancel);

        within.Id.ShouldBe(first.Id);
        later.Id.ShouldNotBe(first.Id);
    }

    private FaultMatch Mine => new(Path: "/v1/customers", Method: "POST", Contains: _email);

    private Task<Fault> Strike(Fault fault) => shared.Control.AddFaultAsync("stripe", fault, _cancel);

    private Task<Customer> Create(string? key, string? name = null) =>
        _stripe.V1.Customers.CreateAsync(new() { Email = _email, Name = name }, new() { IdempotencyKey = key }, _cancel);

    private async Task<int> Made() => (await _stripe.V1.Customers.ListAsync(new() { Email = _email }, cancellationToken: _cancel)).Count();
}
