using OutsideWorld.Providers.Stripe;
using Stripe;

namespace OutsideWorld.Tests;

public sealed class StripeSubscriptionsTests : IAsyncLifetime
{
    private Sandbox _sandbox = null!;
    private StripeClient _stripe = null!;
    private SandboxClient _control = null!;
    private string _customer = "";
    private string _solo = "";
    private string _pro = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await Sandbox.StartAsync();
        _stripe = StripeAt.Client(_sandbox);
        _control = new(_sandbox.BaseUrl);
        await _control.AddStripePriceAsync(new("price_solo", "eur", 1900, "month"), Cancel);
        await _control.AddStripePriceAsync(new("price_pro", "eur", 4900, "month"), Cancel);
        (_solo, _pro) = ("price_solo", "price_pro");
        _customer = (await _stripe.V1.Customers.CreateAsync(new() { Email = StripeAt.SomeEmail() }, null, Cancel)).Id;
        var page = await _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(_customer), null, Cancel);
        await _control.CompleteCheckoutAsync(page.Id, Cancel);
        var done = await _stripe.V1.Checkout.Sessions.GetAsync(page.Id, new() { Expand = ["setup_intent.payment_method"] }, null, Cancel);
        await _stripe.V1.Customers.UpdateAsync(_customer, new() { InvoiceSettings = new() { DefaultPaymentMethod = done.SetupIntent.PaymentMethod.Id } }, null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task a_subscription_is_paid_at_once_and_again_each_period()
    {
        var made = await Subscribe(_solo);

        made.Status.ShouldBe("active");
        (await Invoices()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            invoice => invoice.Status.ShouldBe("paid"), invoice => invoice.Total.ShouldBe(1900), invoice => invoice.BillingReason.ShouldBe("subscription_create"),
            invoice => invoice.Parent.SubscriptionDetails.SubscriptionId.ShouldBe(made.Id));
        await _control.AdvanceAsync(TimeSpan.FromDays(32), Cancel);
        var invoices = await Invoices();
        invoices.Count.ShouldBe(2);
        invoices[0].BillingReason.ShouldBe("subscription_cycle");
        (await _stripe.V1.Subscriptions.GetAsync(made.Id, null, null, Cancel)).Items.Data[0].CurrentPeriodStart.ShouldBe(made.Items.Data[0].CurrentPeriodEnd);
        (await _control.StripeEventsAsync(made.Id, Cancel)).Select(told => (string)told["type"]!).ShouldBe(
        [
            "customer.subscription.created", "invoice.created", "invoice.finalized", "invoice.paid", "invoice.created", "invoice.finalized", "invoice.paid", "customer.subscription.updated",
        ]);
    }

    [Theory]
    [InlineData(CardBehavior.Decline, "card_declined")]
    [InlineData(CardBehavior.RequiresAction, "subscription_payment_intent_requires_action")]
    public async Task what_can_not_be_charged_makes_no_subscription(CardBehavior behavior, string code)
    {
        await _control.CardBehavesAsync(_customer, behavior, Cancel);

        (await StripeAt.Refusal(() => Subscribe(_solo))).Code.ShouldBe(code);
        (await _stripe.V1.Subscriptions.ListAsync(new() { Customer = _customer, Status = "all" }, null, Cancel)).ShouldBeEmpty();
        (await Invoices()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(13.37)]
    [InlineData(29)]
    public async Task a_preview_is_what_the_change_charges(double days)
    {
        var made = await Subscribe(_solo);
        await _control.AdvanceAsync(TimeSpan.FromDays(days), Cancel);
        var at = made.Items.Data[0].CurrentPeriodStart.AddDays(days);

        var preview = await _stripe.V1.Invoices.CreatePreviewAsync(
            new()
            {
                Customer = _customer, Subscription = made.Id,
                SubscriptionDetails = new() { Items = [new() { Id = made.Items.Data[0].Id, Price = _pro }], ProrationBehavior = "always_invoice", ProrationDate = at },
            },
            null,
            Cancel);
        await _stripe.V1.SubscriptionItems.UpdateAsync(
            made.Items.Data[0].Id, new() { Price = _pro, ProrationBehavior = "always_invoice", ProrationDate = at, PaymentBehavior = "error_if_incomplete" }, null, Cancel);

        var charged = (await Invoices())[0];
        (charged.Total, charged.Lines.Data.Select(line => line.Amount).ToArray()).ShouldBe((preview.Total, [.. preview.Lines.Data.Select(line => line.Amount)]), Comparer);
        charged.Total.ShouldBeGreaterThan(0);
        charged.BillingReason.ShouldBe("subscription_update");
    }

    [Fact]
    public async Task a_second_item_is_charged_for_what_is_left_of_the_period_and_renews_with_the_first()
    {
        var made = await Subscribe(_solo);
        await _control.AdvanceAsync(TimeSpan.FromDays(15), Cancel);

        var item = await _stripe.V1.SubscriptionItems.CreateAsync(
            new() { Subscription = made.Id, Price = _pro, ProrationBehavior = "always_invoice", PaymentBehavior = "error_if_incomplete", Metadata = new() { ["for"] = "two" } }, null, Cancel);

        item.CurrentPeriodEnd.ShouldBe(made.Items.Data[0].CurrentPeriodEnd);
        (await Invoices())[0].Total.ShouldBeInRange(2200, 2700);
        await _stripe.V1.SubscriptionItems.DeleteAsync(item.Id, new() { ProrationBehavior = "none" }, null, Cancel);
        (await StripeAt.Refusal(() => _stripe.V1.SubscriptionItems.DeleteAsync(made.Items.Data[0].Id, null, null, Cancel))).Message.ShouldContain("at least one");
        await _stripe.V1.Subscriptions.CancelAsync(made.Id, new() { Prorate = false }, null, Cancel);
        (await _stripe.V1.Subscriptions.ListAsync(new() { Customer = _customer }, null, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_renewal_that_fails_is_tried_again_and_in_the_end_unpaid_until_somebody_pays()
    {
        var made = await Subscribe(_solo);
        await _control.CardBehavesAsync(_customer, CardBehavior.Decline, Cancel);

        await _control.AdvanceAsync(TimeSpan.FromDays(32), Cancel);
        (await _stripe.V1.Subscriptions.GetAsync(made.Id, null, null, Cancel)).Status.ShouldBe("past_due");
        var open = (await Invoices())[0];
        (open.Status, open.AttemptCount).ShouldBe(("open", 1));
        open.NextPaymentAttempt.ShouldNotBeNull();
        await _control.AdvanceAsync(TimeSpan.FromDays(16), Cancel);
        (await _stripe.V1.Subscriptions.GetAsync(made.Id, null, null, Cancel)).Status.ShouldBe("unpaid");

        await _control.CardBehavesAsync(_customer, CardBehavior.Ok, Cancel);
        await _stripe.V1.Invoices.PayAsync(open.Id, null, null, Cancel);

        (await _stripe.V1.Subscriptions.GetAsync(made.Id, null, null, Cancel)).Status.ShouldBe("active");
    }

    private static readonly IEqualityComparer<(long, long[])> Comparer = EqualityComparer<(long Total, long[] Lines)>.Create(
        (one, other) => one.Total == other.Total && one.Lines.SequenceEqual(other.Lines), pair => pair.Total.GetHashCode());

    private Task<Subscription> Subscribe(string price) => _stripe.V1.Subscriptions.CreateAsync(
        new() { Customer = _customer, Items = [new() { Price = price }], PaymentBehavior = "error_if_incomplete", OffSession = true }, null, Cancel);

    private async Task<List<Invoice>> Invoices() => (await _stripe.V1.Invoices.ListAsync(new() { Customer = _customer }, null, Cancel)).Data;
}
