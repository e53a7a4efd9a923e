using ControlPlane.AgentInstances;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using OutsideWorld.Faults;
using OutsideWorld.Providers.Stripe;

namespace ControlPlane.Tests.Billing;

public sealed class ConvertInstanceTests(App app) : PaymentTest(app)
{
    [Fact]
    public async Task who_has_left_no_card_leaves_one_and_pays()
    {
        await PayerAsync(hasCard: false);
        var id = await Trial();

        var started = (await Convert(id, new { offerRef = "retail@2#pro-monthly" })).ShouldHave(202);

        (started.Text("state"), started.Text("planRef"), await State(id)).ShouldBe(("converting", "pro@2", "converting"));
        var again = (await Convert(id)).ShouldHave(202);
        (again.Text("checkoutUrl"), again.Text("expiresAt")).ShouldBe((started.Text("checkoutUrl"), started.Text("expiresAt")));
        await App.Outside.CompleteCheckoutAsync(started.Text("checkoutUrl")!.Split('/')[^1], Cancel);
        await TellAsync();
        await StateBecomes(id, "active");
        (await History(id)).ShouldBe(["drafted", "trial_started", "conversion_started", "converted"]);
        var instance = (await Get($"{All}/{id}")).ShouldHave(200);
        ((string?)instance.Body!["plan"]!["ref"], (string?)instance.Body["plan"]!["tier"]).ShouldBe(("pro@2", "pro"));
        (await SubscriptionAsync()).Items.Data.ShouldHaveSingleItem().Metadata["instance_id"].ShouldBe(id);
        await Until.TrueAsync(async () => (await Get("/v1/billing/plan")).Text("tier") == "pro");
        var plan = (await Get("/v1/billing/plan")).ShouldHave(200).Body!;
        ((string?)plan["status"], (long?)plan["renewal"]!["amount"], (string?)plan["renewal"]!["currency"], (string?)plan["paymentMethod"]!["last4"], (string?)plan["setup"]!["state"])
            .ShouldBe(("active", 4900, "EUR", "4242", "ready"));
        (await Convert(id)).ShouldRefuse(409, "already_paid");
    }

    [Fact]
    public async Task who_has_a_card_is_charged_without_ado_and_all_instances_are_on_one_subscription()
    {
        await PayerAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await Draft($"Scout {i}"));
        }

        var replies = await Task.WhenAll(ids.Select(id => Convert(id)));

        replies.ShouldAllBe(reply => reply.Status == 202 && reply.Text("checkoutUrl") == null);
        foreach (var id in ids)
        {
            await StateBecomes(id, "active");
        }

        (await SubscriptionAsync()).Items.Data.Select(item => item.Metadata["instance_id"]).ShouldBe(ids, ignoreOrder: true);
        (await Stripe.V1.Invoices.ListAsync(new() { Customer = Customer }, null, Cancel)).Data.ShouldAllBe(invoice => invoice.Status == "paid");
    }

    [Theory]
    [InlineData(CardBehavior.Decline)]
    [InlineData(CardBehavior.RequiresAction)]
    public async Task a_refused_payment_leaves_everything_as_it_was(CardBehavior behavior)
    {
        await PayerAsync();
        await App.Outside.CardBehavesAsync(Customer, behavior, Cancel);
        var id = await Trial();

        (await Convert(id)).ShouldHave(202);

        await Until.TrueAsync(async () => (await History(id))[^1] == "conversion_abandoned");
        (await State(id)).ShouldBe("trial");
        (await Stripe.V1.Subscriptions.ListAsync(new() { Customer = Customer, Status = "all" }, null, Cancel)).ShouldBeEmpty();
        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Ok, Cancel);
        (await Convert(id)).ShouldHave(202);
        await StateBecomes(id, "active");
    }

    [Theory]
    [InlineData(FaultKind.Status, FaultMoment.Before, 500)]
    [InlineData(FaultKind.Status, FaultMoment.Before, 429)]
    [InlineData(FaultKind.Reset, FaultMoment.After, null)]
    [InlineData(FaultKind.Status, FaultMoment.After, 500)]
    public async Task whatever_happens_on_the_way_nobody_pays_twice(FaultKind kind, FaultMoment when, int? status)
    {
        await PayerAsync();
        var id = await Draft();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new("/v1/subscriptions", "POST", Customer), Kind = kind, When = when, Status = status, Times = 2 }, Cancel);

        (await Convert(id)).ShouldHave(202);

        await Until.TrueAsync(async () =>
        {
            await HurryAsync<CarryOutConversion>();
            return await State(id) == "active";
        });
        (await SubscriptionAsync()).Items.Data.ShouldHaveSingleItem();
        (await Stripe.V1.Invoices.ListAsync(new() { Customer = Customer }, null, Cancel)).Data.ShouldHaveSingleItem().Total.ShouldBe(1900);
    }

    [Fact]
    public async Task a_page_that_nobody_finishes_leads_back()
    {
        await PayerAsync(hasCard: false);
        var id = await Draft();
        (await Convert(id)).ShouldHave(202);

        await Pull<AbandonConversion>();

        await StateBecomes(id, "draft");
        (await History(id)).ShouldBe(["drafted", "conversion_started", "conversion_abandoned"]);
    }

    [Fact]
    public async Task what_was_paid_for_and_not_recorded_is_not_given_up()
    {
        await PayerAsync();
        var id = await Draft();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new("/v1/subscriptions", "POST", Customer), Kind = FaultKind.Reset, When = FaultMoment.After, Times = 1 }, Cancel);
        (await Convert(id)).ShouldHave(202);
        await Until.TrueAsync(async () => (await Asked("POST", "/v1/subscriptions")).Count > 0);

        await Pull<AbandonConversion>();

        await StateBecomes(id, "active");
        (await History(id)).ShouldNotContain("conversion_abandoned");
    }

    [Fact]
    public async Task an_expired_trial_is_paid_for_and_goes_on()
    {
        await PayerAsync();
        var id = await Trial();
        await Pull<EndTrial>();
        await StateBecomes(id, "suspended");

        (await Convert(id)).ShouldHave(202);

        await StateBecomes(id, "active");
        (await Get($"{All}/{id}")).Body!["suspensions"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task an_expired_trial_whose_payment_is_refused_is_over_again()
    {
        await PayerAsync();
        await App.Outside.CardBehavesAsync(Customer, CardBehavior.Decline, Cancel);
        var id = await Trial();
        await Pull<EndTrial>();
        await StateBecomes(id, "suspended");
        await Elapse(id);

        (await Convert(id)).ShouldHave(202);

        await Until.TrueAsync(async () => (await History(id))[^1] == "suspended");
        (await History(id)).ShouldBe(["drafted", "trial_started", "suspended", "conversion_started", "conversion_abandoned", "suspended"]);
    }

    [Fact]
    public async Task a_deleted_instance_is_paid_for_no_longer_and_the_last_ends_the_subscription()
    {
        await PayerAsync();
        var (one, two) = (await Paid("One"), await Paid("Two"));

        (await Send(HttpMethod.Delete, $"{All}/{one}")).ShouldHave(204);
        await Until.TrueAsync(async () => (await SubscriptionAsync()).Items.Data.Count == 1);
        (await SubscriptionAsync()).Items.Data[0].Metadata["instance_id"].ShouldBe(two);
        (await Send(HttpMethod.Delete, $"{All}/{two}")).ShouldHave(204);
        await Until.TrueAsync(async () => (await SubscriptionAsync()).Status == "canceled");

        await Until.TrueAsync(async () => (await Get("/v1/billing/plan")).Text("status") == "cancelled");
        (await Get("/v1/billing/plan")).Text("tier").ShouldBe("solo");
    }

    [Fact]
    public async Task a_paid_instance_may_be_deleted_when_its_period_ends()
    {
        await PayerAsync();
        var id = await Paid();
        var end = (await SubscriptionAsync()).Items.Data[0].CurrentPeriodEnd;
        await Until.TrueAsync(async () => (await Account()).ItemOf(id) is not null);

        var plan = (await Post($"{All}/{id}/delete", new { effective = "period_end" })).ShouldHave(202);

        DateTimeOffset.Parse(plan.Text("effectiveAt")!, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime.ShouldBe(end.AddHours(-1));
        (await State(id)).ShouldBe("active");
        await Pull<StartDeletion>();
        await StateBecomes(id, "deleted");
        await Until.TrueAsync(async () => (await SubscriptionAsync()).Status == "canceled");
    }

    [Fact]
    public async Task what_can_not_be_bought_is_told()
    {
        var id = await Draft();
        (await Convert(id)).ShouldRefuse(409, "no_billing_account");
        await PayerAsync();

        async Task Refused(object command, string code, string fault)
        {
            var no = await Convert(id, command);
            no.ShouldRefuse(422, code);
            no.Faults.ShouldBe([fault]);
        }

        await Refused(new { offerRef = "retail@2#nothing" }, "unknown_reference", "/offerRef unknown_reference");
        await Refused(new { planRef = "trial@1" }, "unknown_reference", "/planRef unknown_reference");
        await Refused(new { offerRef = "retail@1#solo-monthly" }, "offer_not_available", "/offerRef not_available");
        (await Convert(id, new { planRef = "solo@2", offerRef = "retail@2#solo-monthly", billingPeriod = "month" })).ShouldHave(400).Faults.ShouldBe(["/planRef one_of"]);
        (await Convert(id, new { billingPeriod = "year" })).ShouldHave(400).Faults.ShouldBe(["/billingPeriod out_of_place"]);
        (await Convert(id, new { successUrl = "https://evil.example/x", cancelUrl = "no" })).ShouldHave(400).Faults.ShouldContain("/cancelUrl format");
        (await Convert(id, new { successUrl = "https://evil.example/x" })).ShouldHave(400).Faults.ShouldBe(["/successUrl not_allowed"]);
        (await Convert(id, token: await Join("operator", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Convert(id, token: await Join("owner", "/tenants/platform", home: "platform"))).Status.ShouldBe(404);
        (await Convert(id, new { planRef = "solo@2", billingPeriod = "year" })).ShouldHave(202).Text("offerRef").ShouldBe("retail-annual@1#solo-yearly");
    }

    [Fact]
    public async Task while_a_customer_has_suspended_it_it_is_not_bought()
    {
        await PayerAsync();
        var id = await Trial();
        (await Post($"{All}/{id}/suspend", new { })).ShouldHave(200);

        var no = await Convert(id);

        no.ShouldRefuse(409, "invalid_state");
        no.Body!["blockedBy"]!.ToJsonString().ShouldBe("""["customer"]""");
    }

    [Fact]
    public async Task while_stripe_is_away_a_page_can_not_be_opened()
    {
        await PayerAsync(hasCard: false);
        var id = await Draft();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new("/v1/checkout/sessions", "POST", Customer), Kind = FaultKind.Status, When = FaultMoment.Before, Status = 500, Times = 1 }, Cancel);

        var away = await Convert(id);

        away.ShouldRefuse(503, "provider_unavailable");
        away.Headers.ShouldContainKey("Retry-After");
        (await State(id)).ShouldBe("draft");
        (await Convert(id)).ShouldHave(202);
    }

    // Time passes for a trial.
    private async Task Elapse(string id)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var elapse = database.CreateCommand(
            $$"""update controlplane.mt_events set data = jsonb_set(data, '{endsAt}', '"2026-01-01T00:00:00Z"') where stream_id = '{{id}}' and type = 'agent_instance.trial_started'""");
        (await elapse.ExecuteNonQueryAsync(Cancel)).ShouldBe(1);
    }
}
