using System.Text.Json.Nodes;
using ControlPlane.Billing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using OutsideWorld.Providers.Stripe;

namespace ControlPlane.Tests.Billing;

public sealed class StandingTests(App app) : PaymentTest(app)
{
    [Fact]
    public async Task a_failed_renewal_leaves_a_grace_then_suspends_and_what_is_paid_goes_on()
    {
        await PayerAsync();
        var id = await Paid();
        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Decline, Cancel);

        await App.Outside.RenewAsync((await SubscriptionAsync()).Id, Cancel);
        await TellAsync();

        await StandingBecomes(Standing.PastDue);
        var plan = (await Get("/v1/billing/plan")).ShouldHave(200).Body!;
        ((string?)plan["status"], (string?)plan["dunning"]!["step"], await State(id)).ShouldBe(("past_due", "retrying", "active"));
        var grace = DateTimeOffset.Parse((string)plan["dunning"]!["suspendAt"]!, System.Globalization.CultureInfo.InvariantCulture);
        grace.ShouldBe(TimeProvider.System.GetUtcNow().AddDays(14), TimeSpan.FromMinutes(5));
        (await Convert(await Draft("More"))).ShouldRefuse(409, "past_due");
        await Pull<EndGrace>();
        await StateBecomes(id, "suspended");
        (await Get($"{All}/{id}")).Body!["suspensions"]![0]!["code"]!.GetValue<string>().ShouldBe("nonpayment");
        (await Post($"{All}/{id}/resume", new { })).ShouldRefuse(409, "invalid_state");
        (await Get("/v1/billing/plan")).Text("status").ShouldBe("paused");
        (await Get("/v1/billing/plan")).Text("tier").ShouldBe("solo");

        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Ok, Cancel);
        await App.Outside.RetryAsync((await SubscriptionAsync()).Id, Cancel);
        await TellAsync();

        await StateBecomes(id, "active");
        (await Account()).Standing!.Standing.ShouldBe(Standing.Good);
        var subjects = new[] { "Your payment has failed", "Your agents are suspended", "Your payment has arrived" };
        foreach (var subject in subjects)
        {
            await Pull(subject);
        }

        async Task Pull(string subject) => await Until.TrueAsync(async () =>
        {
            await HurryAsync<SendStandingLetter>();
            return (await App.Outside.LogAsync("postmark", $"{Me}@example.org", cancel: Cancel)).Any(letter => (string?)letter.Body?["Subject"] == subject)
                || subject == subjects[0];
        });
    }

    [Fact]
    public async Task what_ended_at_stripe_itself_is_suspended_here()
    {
        await PayerAsync();
        var id = await Paid();
        await Until.TrueAsync(async () => (await Account()).ItemOf(id) is not null);

        await Stripe.V1.Subscriptions.CancelAsync((await SubscriptionAsync()).Id, null, null, Cancel);
        await TellAsync();

        await StateBecomes(id, "suspended");
        (await Get("/v1/billing/plan")).Text("status").ShouldBe("cancelled");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task in_whatever_order_and_however_often_it_is_told_it_ends_the_same(int seed)
    {
        await PayerAsync();
        var id = await Paid();
        var subscription = (await SubscriptionAsync()).Id;
        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Decline, Cancel);
        await App.Outside.RenewAsync(subscription, Cancel);
        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Ok, Cancel);
        await App.Outside.RetryAsync(subscription, Cancel);
        await App.Outside.RenewAsync(subscription, Cancel);

        // Some are lost and sent again at the end, all in another order, many twice.
        await TellAsync(told => Mixed([.. told], new Random(seed)));

        var invoices = (await Stripe.V1.Invoices.ListAsync(new() { Customer = Customer }, null, Cancel)).Data;
        await Until.TrueAsync(async () => (await Seen()).Count == invoices.Count);
        await Until.TrueAsync(async () => (await Seen()).All(card => card.State == InvoiceState.Paid));
        (await Seen()).Select(card => (card.Id, card.Invoice.Total)).ShouldBe(invoices.Select(invoice => (invoice.Id, invoice.Total)), ignoreOrder: true);
        var (account, now) = (await Account(), await SubscriptionAsync());
        (account.Standing?.Standing ?? Standing.Good, account.Subscription!.Status, account.Subscription.Items.Single().PeriodEnd.UtcDateTime)
            .ShouldBe((Standing.Good, SubscriptionStatus.Active, now.Items.Data[0].CurrentPeriodEnd));
        (await State(id)).ShouldBe("active");
    }

    private static IEnumerable<JsonObject> Mixed(JsonObject[] told, Random random)
    {
        var first = told.Where(_ => random.Next(3) > 0).SelectMany(each => Enumerable.Repeat(each, random.Next(1, 3))).ToArray();
        random.Shuffle(first);
        var later = told.Except(first).ToArray();
        random.Shuffle(later);
        return first.Concat(later);
    }

    private async Task<IReadOnlyList<InvoiceCard>> Seen()
    {
        await using var session = App.Store.QuerySession(Tenant);
        return await Marten.QueryableExtensions.ToListAsync(session.Query<InvoiceCard>(), Cancel);
    }

    private Task StandingBecomes(Standing standing) => Until.TrueAsync(async () => (await Account()).Standing?.Standing == standing);
}
