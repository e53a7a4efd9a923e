using ControlPlane.Audit;
using ControlPlane.Billing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using OutsideWorld.Faults;

namespace ControlPlane.Tests.Billing;

public sealed class InvoicesTests(App app) : PaymentTest(app)
{
    private const string Invoices = "/v1/billing/invoices";

    [Fact]
    public async Task invoices_are_shown_as_stripe_has_them_page_by_page()
    {
        await PayerAsync();
        await Paid();
        var subscription = (await SubscriptionAsync()).Id;
        for (var i = 0; i < 4; i++)
        {
            await App.Outside.RenewAsync(subscription, Cancel);
        }

        var first = (await Get($"{Invoices}?limit=2")).ShouldHave(200).Body!;
        var second = (await Get($"{Invoices}?limit=2&cursor={(string?)first["nextCursor"]}")).ShouldHave(200).Body!;
        var third = (await Get($"{Invoices}?limit=2&cursor={(string?)second["nextCursor"]}")).ShouldHave(200).Body!;

        var all = new[] { first, second, third }.SelectMany(page => page["items"]!.AsArray()).ToArray();
        all.Select(invoice => (string?)invoice!["id"]).ShouldBe((await Stripe.V1.Invoices.ListAsync(new() { Customer = Customer }, null, Cancel)).Data.Select(invoice => invoice.Id));
        third.AsObject().ShouldNotContainKey("nextCursor");
        ((string?)first["nextCursor"])!.ShouldNotContain("in_1");
        var newest = all[0]!;
        ((string?)newest["state"], (long?)newest["total"], (string?)newest["currency"], (long?)newest["amountDue"], newest["lines"]!.AsArray().Count).ShouldBe(("paid", 1900, "EUR", 0, 1));
        ((string?)newest["hostedUrl"]).ShouldStartWith("https://");
        ((bool?)first["asOf"]!["stale"]).ShouldBe(false);
        (await Get($"{Invoices}?state=open")).ShouldHave(200).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await Get($"{Invoices}?period={TimeProvider.System.GetUtcNow():yyyy-MM}")).ShouldHave(200).Body!["items"]!.AsArray().Count.ShouldBe(5);
        (await Get($"{Invoices}?period=2020-01")).ShouldHave(200).Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task while_stripe_is_away_what_was_last_seen_is_shown_and_told_to_be_so()
    {
        await PayerAsync();
        await Paid();
        await TellAsync();
        await Until.TrueAsync(async () =>
        {
            await using var session = App.Store.QuerySession(Tenant);
            return await Marten.QueryableExtensions.CountAsync(session.Query<InvoiceCard>(), Cancel) == 1;
        });
        var fault = await App.Outside.AddFaultAsync("stripe", new() { Match = new("/v1/invoices", "GET", Customer), Kind = FaultKind.Status, Status = 500, Times = 1000 }, Cancel);

        var stale = (await Get(Invoices)).ShouldHave(200).Body!;
        (await Get($"{Invoices}?fresh=true")).ShouldRefuse(503, "provider_unavailable");

        ((bool?)stale["asOf"]!["stale"]).ShouldBe(true);
        var seen = stale["items"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        ((string?)seen["state"], (long?)seen["total"]).ShouldBe(("paid", 1900));
        seen.ShouldNotContainKey("hostedUrl");
        await App.Outside.RemoveFaultAsync("stripe", fault.Id, Cancel);
    }

    [Fact]
    public async Task a_tenant_sees_its_own_and_reading_is_told_of()
    {
        (await Get(Invoices)).ShouldHave(200).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await Get(Invoices, await Join("operator", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Get(Invoices, await Join("billing", $"/tenants/{Tenant}"))).Status.ShouldBe(200);
        (await Get($"{Invoices}?cursor=abc")).ShouldHave(400);
        (await Get($"{Invoices}?period=2020-13&state=lost")).ShouldHave(400).Faults.ShouldBe(["?period format", "?state not_one_of"], ignoreOrder: true);

        var ledger = ReadLedger.IdOf(Tenant, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        await Until.TrueAsync(async () =>
        {
            await using var session = App.Store.QuerySession(Tenant);
            return (await session.Events.FetchStreamAsync(ledger, token: Cancel)).Select(e => e.Data).OfType<ReadsAudited>().SelectMany(e => e.Reads)
                .Any(read => read.OperationCode == $"GET {Invoices}");
        });
    }
}
