using ControlPlane.AgentInstances;
using ControlPlane.Billing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using OutsideWorld.Faults;
using OutsideWorld.Providers.Stripe;

namespace ControlPlane.Tests.Billing;

public sealed class PlanChangeTests(App app) : PaymentTest(app)
{
    [Fact]
    public async Task an_upgrade_is_charged_exactly_as_its_quote_says()
    {
        var id = await Bought();

        var quote = (await Preview(id, "pro@2")).ShouldHave(200);
        (quote.Text("direction"), quote.Text("fromPlan"), quote.Text("currency"), (long?)quote.Body!["nextInvoice"]!["amount"]).ShouldBe(("upgrade", "solo@2", "EUR", 4900));
        var due = (long)quote.Body["dueNow"]!;
        due.ShouldBe(3000);
        quote.Body["lines"]!.AsArray().Sum(line => (long)line!["amount"]!).ShouldBe(due);
        quote.Body["quotaDelta"]!.AsArray().ShouldContain(change => (string?)change!["metric"] == "seats" && (long)change["from"]! == 2 && (long)change["to"]! == 5);
        (await History(id))[^1].ShouldBe("converted");

        (await Change(id, new { quoteId = quote.Text("quoteId") })).ShouldHave(202);

        await Until.TrueAsync(async () => (await History(id))[^1] == "plan_changed");
        (await PlanOf(id)).ShouldBe("pro@2");
        (await Invoices())[0].Total.ShouldBe(due);
        await Until.TrueAsync(async () => (await Get("/v1/billing/plan")).Text("tier") == "pro");
        (await SubscriptionAsync()).Items.Data.ShouldHaveSingleItem().Price.Id.ShouldBe("price_pro_monthly_2_eur");
    }

    [Fact]
    public async Task a_downgrade_waits_for_the_end_of_the_period_and_can_be_withdrawn()
    {
        var id = await Bought("retail@2#pro-monthly");
        var invoices = (await Invoices()).Count;

        var quote = (await Preview(id, "solo@2")).ShouldHave(200);
        (quote.Text("direction"), (long)quote.Body!["dueNow"]!).ShouldBe(("downgrade", 0));
        quote.Body["entitlementsLost"]!.AsArray().Select(lost => (string?)lost).ShouldContain("custom_mcps");
        var changed = (await Change(id, new { toPlan = "solo@2" })).ShouldHave(202);
        ((string?)changed.Body!["pending"]!["toPlan"], changed.Text("plan")).ShouldBe(("solo@2", "pro@2"));
        (await Change(id, new { toPlan = "solo@2" })).ShouldHave(202);
        await PriceBecomes("price_solo_monthly_2_eur");
        (await PlanOf(id)).ShouldBe("pro@2");
        await Until.TrueAsync(async () => (long?)(await Get("/v1/billing/plan")).Body!["renewal"]!["amount"] == 1900);
        ((string?)(await Get("/v1/billing/plan")).Body!["pendingChange"]!["toPlan"]).ShouldBe("solo@2");

        (await Change(id, new { toPlan = "pro@2" })).ShouldHave(200);
        await PriceBecomes("price_pro_monthly_2_eur");
        (await Change(id, new { toPlan = "pro@2" })).ShouldHave(200);
        (await Change(id, new { toPlan = "solo@2" })).ShouldHave(202);
        await PriceBecomes("price_solo_monthly_2_eur");
        await Pull<ApplyPlanChange>();

        await Until.TrueAsync(async () => await PlanOf(id) == "solo@2");
        (await Invoices()).Count.ShouldBe(invoices);
        (await History(id)).Skip(3).ShouldBe(["plan_change_requested", "plan_change_cancelled", "plan_change_requested", "plan_changed"]);
        await Until.TrueAsync(async () => (await Get("/v1/billing/plan")).Text("tier") == "solo");
    }

    [Fact]
    public async Task the_current_plan_costs_nothing_and_changes_nothing()
    {
        var id = await Bought();

        var quote = (await Preview(id, "solo@2")).ShouldHave(200);

        quote.Text("direction").ShouldBe("none");
        quote.Body!.AsObject().ShouldNotContainKey("quoteId");
        (await Change(id, new { toPlan = "solo@2" })).ShouldHave(200);
        (await History(id))[^1].ShouldBe("converted");
    }

    [Theory]
    [InlineData(CardBehavior.Decline, "card_declined")]
    [InlineData(CardBehavior.RequiresAction, "subscription_payment_intent_requires_action")]
    public async Task a_refused_payment_leaves_the_old_plan(CardBehavior behavior, string code)
    {
        var id = await Bought();
        var quote = (await Preview(id, "pro@2")).Text("quoteId");
        await App.Outside.CardBehavesAsync(Customer, behavior, Cancel);

        (await Change(id, new { quoteId = quote })).ShouldHave(202);

        await Until.TrueAsync(async () => (await History(id))[^1] == "plan_change_failed");
        (await PlanOf(id)).ShouldBe("solo@2");
        (await SubscriptionAsync()).Items.Data[0].Price.Id.ShouldBe("price_solo_monthly_2_eur");
        await using var session = App.Store.QuerySession(Tenant);
        (await session.Events.FetchStreamAsync(id, token: Cancel))[^1].Data.ShouldBe(new PlanChangeFailed("pro@2", code));
    }

    [Theory]
    [InlineData(FaultMoment.Before, FaultKind.Status)]
    [InlineData(FaultMoment.After, FaultKind.Reset)]
    [InlineData(FaultMoment.After, FaultKind.Status)]
    public async Task whatever_happens_on_the_way_nobody_pays_twice(FaultMoment when, FaultKind kind)
    {
        var id = await Bought();
        var quote = (await Preview(id, "pro@2")).ShouldHave(200);
        var item = (await SubscriptionAsync()).Items.Data[0].Id;
        await App.Outside.AddFaultAsync("stripe", new() { Match = new($"/v1/subscription_items/{item}", "POST"), Kind = kind, When = when, Status = kind == FaultKind.Status ? 500 : null, Times = 2 }, Cancel);

        (await Change(id, new { quoteId = quote.Text("quoteId") })).ShouldHave(202);

        await Until.TrueAsync(async () =>
        {
            await HurryAsync<CarryOutPlanChange>();
            return (await History(id))[^1] == "plan_changed";
        });
        (await Invoices()).Select(invoice => invoice.Total).ShouldBe([(long)quote.Body!["dueNow"]!, 1900]);
    }

    [Fact]
    public async Task a_quote_that_is_old_used_or_about_something_else_is_refused()
    {
        var id = await Bought();
        var (one, other) = ((await Preview(id, "pro@2")).Text("quoteId"), (await Preview(id, "pro@2")).Text("quoteId"));
        (await Change(id, new { quoteId = "quo_none" })).ShouldRefuse(422, "unknown_reference");
        (await Change(id, new { toPlan = "pro@2" })).ShouldRefuse(422, "quote_needed");
        (await Change(id, new { })).ShouldHave(400).Faults.ShouldBe(["/quoteId one_of"]);
        await Elapse(one!);
        (await Change(id, new { quoteId = one })).ShouldRefuse(409, "quote_expired");
        (await Change(id, new { quoteId = other })).ShouldHave(202);
        await Until.TrueAsync(async () => (await History(id))[^1] == "plan_changed");
        await Until.TrueAsync(async () => (await Account()).ItemOf(id)!.PriceId == "price_pro_monthly_2_eur");
        var up = (await Preview(id, "squad@1")).Text("quoteId");
        await App.Outside.RenewAsync((await SubscriptionAsync()).Id, Cancel);
        await TellAsync();
        var end = (await SubscriptionAsync()).Items.Data[0].CurrentPeriodEnd;
        await Until.TrueAsync(async () => (await Account()).ItemOf(id)!.PeriodEnd.UtcDateTime == end);

        (await Change(id, new { quoteId = up })).ShouldRefuse(409, "quote_stale");
    }

    [Fact]
    public async Task what_changes_at_stripe_behind_a_quote_charges_nothing()
    {
        var id = await Bought();
        var quote = (await Preview(id, "pro@2")).Text("quoteId");
        // Not told yet: here the quote still looks good.
        await Stripe.V1.SubscriptionItems.UpdateAsync((await SubscriptionAsync()).Items.Data[0].Id, new() { Quantity = 2, ProrationBehavior = "none" }, null, Cancel);
        var invoices = (await Invoices()).Count;

        (await Change(id, new { quoteId = quote })).ShouldHave(202);

        await Until.TrueAsync(async () => (await History(id))[^1] == "plan_change_failed");
        (await Invoices()).Count.ShouldBe(invoices);
    }

    [Fact]
    public async Task while_there_is_more_than_the_plan_includes_it_is_refused()
    {
        var id = await Bought("retail@2#pro-monthly");
        await Join("operator", $"/tenants/{Tenant}");
        await Join("operator", $"/tenants/{Tenant}");

        var quote = (await Preview(id, "solo@2")).ShouldHave(200);
        var blocker = quote.Body!["blockers"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)blocker["metric"], (long)blocker["used"]!, (long)blocker["limit"]!).ShouldBe(("seats", 3, 2));
        (await Change(id, new { toPlan = "solo@2" })).ShouldRefuse(422, "plan_blocked");
    }

    [Fact]
    public async Task what_is_not_paid_for_has_no_plan_to_change_and_others_do_not_change_it()
    {
        var id = await Bought();
        var draft = await Draft("Draft");

        (await Preview(draft, "pro@2")).ShouldRefuse(409, "invalid_state");
        (await Change(draft, new { toPlan = "pro@2" })).ShouldRefuse(409, "invalid_state");
        (await Preview(id, "nothing@1")).ShouldRefuse(422, "plan_not_admitted");
        (await Preview(id, "pro@2", await Join("operator", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Change(id, new { toPlan = "pro@2" }, await Join("auditor", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Preview(id, "pro@2", await Join("owner", "/tenants/platform", home: "platform"))).Status.ShouldBe(404);
    }

    [Fact]
    public async Task while_stripe_is_away_there_is_no_quote()
    {
        var id = await Bought();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new("/v1/invoices/create_preview", "POST", Customer), Kind = FaultKind.Status, Status = 500, Times = 1 }, Cancel);

        (await Preview(id, "pro@2")).ShouldRefuse(503, "provider_unavailable");
    }

    private async Task<string> Bought(string? offerRef = null)
    {
        await PayerAsync();
        var id = await Draft();
        (await Convert(id, offerRef is null ? new { } : new { offerRef })).ShouldHave(202);
        await Until.TrueAsync(async () => (await Account()).ItemOf(id) is not null);
        await StateBecomes(id, "active");
        return id;
    }

    private Task<Reply> Preview(string id, string toPlan, string? token = "owner") => Post($"{All}/{id}/plan-preview", new { toPlan }, token);

    private Task<Reply> Change(string id, object command, string? token = "owner") => Post($"{All}/{id}/plan-change", command, token);

    private async Task<string?> PlanOf(string id) => (string?)(await Get($"{All}/{id}")).Body!["plan"]!["ref"];

    private async Task<List<global::Stripe.Invoice>> Invoices() => (await Stripe.V1.Invoices.ListAsync(new() { Customer = Customer }, null, Cancel)).Data;

    private Task PriceBecomes(string price) => Until.TrueAsync(async () => (await SubscriptionAsync()).Items.Data[0].Price.Id == price);

    // Time passes for a quote.
    private async Task Elapse(string quote)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var elapse = database.CreateCommand(
            $$"""update controlplane.mt_doc_planquote set data = jsonb_set(data, '{expiresAt}', '"2026-01-01T00:00:00Z"') where id = '{{quote}}'""");
        (await elapse.ExecuteNonQueryAsync(Cancel)).ShouldBe(1);
    }
}
