using OutsideWorld.Webhooks;
using Stripe;

namespace OutsideWorld.Tests;

public sealed class StripeWebhooksTests(SharedSandbox shared)
{
    private const string Secret = "whsec_of_this_test";
    private readonly StripeClient _stripe = StripeAt.Client(shared.Sandbox);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _email = StripeAt.SomeEmail();

    [Fact]
    public async Task an_event_arrives_signed_and_is_also_listed()
    {
        await using var receiver = await Receiver.StartAsync();
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email });

        var customer = await Create("Ada");

        var arrival = (await receiver.Until(1))[0];
        var told = Verified(arrival);
        (told.Type, ((Customer)told.Data.Object).Id).ShouldBe(("customer.created", customer.Id));
        told.Request.Id.ShouldBe(customer.StripeResponse.RequestId);
        (await _stripe.V1.Events.GetAsync(told.Id, cancellationToken: _cancel)).Type.ShouldBe("customer.created");
        Should.Throw<StripeException>(() => EventUtility.ConstructEvent(arrival.Body, arrival.Headers["Stripe-Signature"], "whsec_other"));
    }

    [Fact]
    public async Task completing_a_checkout_tells_of_it()
    {
        await using var receiver = await Receiver.StartAsync();
        var customer = await Create("Ada");
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = customer.Id, Types = ["checkout.session.completed"] });
        var session = await _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(customer.Id), cancellationToken: _cancel);

        await shared.Control.CompleteCheckoutAsync(session.Id, _cancel);

        var told = (Stripe.Checkout.Session)Verified((await receiver.Until(1))[0]).Data.Object;
        (told.Id, told.Status, told.SetupIntentId).ShouldBe((session.Id, "complete", session.SetupIntentId));
    }

    [Fact]
    public async Task duplicates_carry_the_same_event()
    {
        await using var receiver = await Receiver.StartAsync();
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email, Copies = 2 });

        await Create("Ada");
        var twice = await receiver.Until(2);
        await shared.Control.ResendStripeEventAsync(Verified(twice[0]).Id, _cancel);

        (await receiver.Until(3)).Select(arrival => Verified(arrival).Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task reordered_events_come_last_first()
    {
        await using var receiver = await Receiver.StartAsync();
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email, Reorder = 2 });

        var customer = await Create("Ada");
        await _stripe.V1.Customers.DeleteAsync(customer.Id, cancellationToken: _cancel);

        (await receiver.Until(2)).Select(arrival => Verified(arrival).Type).ShouldBe(["customer.deleted", "customer.created"]);
    }

    [Fact]
    public async Task a_dropped_event_is_only_listed()
    {
        await using var receiver = await Receiver.StartAsync();
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email, Drop = 1 });

        var customer = await Create("Ada");
        await _stripe.V1.Customers.DeleteAsync(customer.Id, cancellationToken: _cancel);

        Verified((await receiver.Until(1))[0]).Type.ShouldBe("customer.deleted");
        var listed = await _stripe.V1.Events.ListAsync(new() { Types = ["customer.created"], Limit = 100 }, cancellationToken: _cancel);
        var dropped = listed.Data.Single(e => ((Customer)e.Data.Object).Id == customer.Id);
        (await shared.Control.DeliveriesAsync("stripe", dropped.Id, _cancel)).ShouldContain(d => d.Outcome == "dropped");
    }

    [Fact]
    public async Task another_api_version_is_refused_by_the_client()
    {
        await using var receiver = await Receiver.StartAsync();
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email, ApiVersion = "2025-03-31.basil" });

        await Create("Ada");

        var arrival = (await receiver.Until(1))[0];
        Should.Throw<StripeException>(() => Verified(arrival)).Message.ShouldContain("2025-03-31.basil");
    }

    [Fact]
    public async Task a_refused_delivery_is_tried_again()
    {
        await using var receiver = await Receiver.StartAsync(nth => nth == 1 ? 500 : 200);
        await Register(new() { Url = receiver.Url, Secret = Secret, Contains = _email });

        await Create("Ada");

        var told = Verified((await receiver.Until(2))[1]);
        var deliveries = await SandboxClient.UntilAsync(
            () => shared.Control.DeliveriesAsync("stripe", told.Id, _cancel), found => found.Count == 2, "two tries", _cancel);
        deliveries.Select(d => (d.Attempt, d.Status)).ShouldBe([(1, 500), (2, 200)]);
    }

    [Fact]
    public async Task nothing_leaves_the_machine()
    {
        var refused = await Should.ThrowAsync<HttpRequestException>(() => Register(new() { Url = new("https://example.com/hook") }));

        refused.Message.ShouldContain("loopback");
    }

    private Task<WebhookTarget> Register(WebhookTarget target) => shared.Control.AddWebhookAsync("stripe", target, _cancel);

    private Task<Customer> Create(string name) =>
        _stripe.V1.Customers.CreateAsync(new() { Email = _email, Name = name }, cancellationToken: _cancel);

    private static Event Verified(Arrival arrival) => EventUtility.ConstructEvent(arrival.Body, arrival.Headers["Stripe-Signature"], Secret);
}
