using Stripe;
using Stripe.Checkout;

namespace OutsideWorld.Tests;

public sealed class StripeCheckoutTests(SharedSandbox shared)
{
    private readonly StripeClient _stripe = StripeAt.Client(shared.Sandbox);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<SessionCreateOptions>> Refusals => new()
    {
        { "success_url", options => options.SuccessUrl = null },
        { "success_url", options => options.SuccessUrl = "portal/ok" },
        { "currency", options => options.Currency = null },
        { "currency", options => options.Currency = "Euro" },
        { "customer", options => options.Customer = "cus_none" },
        { "line_items", options => options.LineItems = [new() { Price = "price_1", Quantity = 1 }] },
        { "line_items", options => options.Mode = "subscription" },
        { "mode", options => options.Mode = null },
        { "mode", options => options.Mode = "lease" },
        { "expires_at", options => options.ExpiresAt = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(10) },
        { "expires_at", options => options.ExpiresAt = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(25) },
    };

    [Theory, MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task what_stripe_refuses_is_refused(string param, Action<SessionCreateOptions> spoil)
    {
        var options = StripeAt.SetUp();
        spoil(options);

        (await StripeAt.Refusal(() => _stripe.V1.Checkout.Sessions.CreateAsync(options))).Param.ShouldBe(param);
    }

    [Fact]
    public async Task setting_up_a_payment_method_from_open_to_complete()
    {
        var customer = await _stripe.V1.Customers.CreateAsync(new() { Email = StripeAt.SomeEmail() }, cancellationToken: _cancel);
        var open = await _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(customer.Id), cancellationToken: _cancel);

        await shared.Control.CompleteCheckoutAsync(open.Id, _cancel);

        var done = await _stripe.V1.Checkout.Sessions.GetAsync(
            open.Id, new() { Expand = ["setup_intent.payment_method", "customer"] }, cancellationToken: _cancel);
        (open.Status, open.PaymentStatus, open.Mode).ShouldBe(("open", "no_payment_required", "setup"));
        open.Url.ShouldStartWith(shared.Sandbox.StripeApiBase + "/c/pay/cs_test_");
        (done.Status, done.Url).ShouldBe(("complete", null));
        done.Customer.Email.ShouldBe(customer.Email);
        done.SetupIntentId.ShouldBe(open.SetupIntentId);
        done.SetupIntent.Status.ShouldBe("succeeded");
        done.SetupIntent.PaymentMethod.CustomerId.ShouldBe(customer.Id);
        done.SetupIntent.PaymentMethod.Card.Last4.ShouldBe("4242");
    }

    [Fact]
    public async Task an_expired_session_can_no_longer_be_completed()
    {
        var open = await _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(), cancellationToken: _cancel);

        (await _stripe.V1.Checkout.Sessions.ExpireAsync(open.Id, cancellationToken: _cancel)).Status.ShouldBe("expired");

        await Should.ThrowAsync<HttpRequestException>(() => shared.Control.CompleteCheckoutAsync(open.Id, _cancel));
        (await StripeAt.Refusal(() => _stripe.V1.Checkout.Sessions.ExpireAsync(open.Id))).Message.ShouldContain("status of expired");
    }

    [Fact]
    public async Task a_session_left_alone_expires_with_the_clock()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var stripe = StripeAt.Client(sandbox);
        var open = await stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(), cancellationToken: _cancel);

        sandbox.Clock.Advance(TimeSpan.FromHours(24.1));

        (await stripe.V1.Checkout.Sessions.GetAsync(open.Id, cancellationToken: _cancel)).Status.ShouldBe("expired");
        var told = await stripe.V1.Events.ListAsync(new() { Type = "checkout.session.expired" }, cancellationToken: _cancel);
        ((Session)told.Data.ShouldHaveSingleItem().Data.Object).Id.ShouldBe(open.Id);
    }

    [Fact]
    public async Task subscribing_with_a_trial()
    {
        var price = await _stripe.V1.Prices.CreateAsync(
            new() { Currency = "eur", UnitAmount = 1900, Recurring = new() { Interval = "month" }, ProductData = new() { Name = "Solo" } },
            cancellationToken: _cancel);
        var open = await _stripe.V1.Checkout.Sessions.CreateAsync(new()
        {
            Mode = "subscription",
            SuccessUrl = "https://portal.example/ok",
            CustomerEmail = StripeAt.SomeEmail(),
            LineItems = [new() { Price = price.Id, Quantity = 2 }],
            SubscriptionData = new() { TrialPeriodDays = 14, Metadata = new() { ["tenant_id"] = "ten_1" } },
        }, cancellationToken: _cancel);

        await shared.Control.CompleteCheckoutAsync(open.Id, _cancel);

        var done = await _stripe.V1.Checkout.Sessions.GetAsync(open.Id, new() { Expand = ["subscription", "customer"] }, cancellationToken: _cancel);
        (done.Status, done.PaymentStatus).ShouldBe(("complete", "no_payment_required"));
        done.Customer.Email.ShouldBe(open.CustomerEmail);
        done.Subscription.Status.ShouldBe("trialing");
        done.Subscription.Metadata["tenant_id"].ShouldBe("ten_1");
        var item = done.Subscription.Items.Data.ShouldHaveSingleItem();
        (item.Price.Id, item.Quantity).ShouldBe((price.Id, 2));
        (item.CurrentPeriodEnd - item.CurrentPeriodStart).ShouldBe(TimeSpan.FromDays(14));
    }

    [Fact]
    public async Task a_person_can_walk_through_the_hosted_page()
    {
        var open = await _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(), cancellationToken: _cancel);
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        (await browser.GetStringAsync(open.Url, _cancel)).ShouldContain("<form method=\"post\">");
        using var sent = await browser.PostAsync(open.Url, null, _cancel);

        sent.Headers.Location!.ToString().ShouldBe($"https://portal.example/ok?session={open.Id}");
    }
}
