using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>Compares what was promised with what has happened, in the store and outside.</summary>
internal static class Promises
{
    public static async Task ShouldHaveKeptAsync(this World world, Ledger ledger, int customers)
    {
        await world.SettledAsync();
        await InstancesAsync(world, ledger);
        await SignupsAsync(world, ledger, customers);
        await TimersAsync(world);
    }

    // A draft that was asked for twice would be an instance that nobody was told of.
    private static async Task InstancesAsync(World world, Ledger ledger)
    {
        var histories = await world.HistoriesAsync("ain_");
        histories.Keys.Order().ShouldBe(ledger.Instances.Keys.Order());
        histories.ShouldAllBe(stream => stream.Value == ledger.Instances[stream.Key]);
        (await world.CountAsync("select count(*) from controlplane.mt_doc_instancecard where data ->> 'state' <> 'Deleted'"))
            .ShouldBe(ledger.Instances.Values.Count(history => !history.EndsWith("deleted", StringComparison.Ordinal)));
    }

    // A signup whose answer was lost is in the store all the same, and has its letter.
    private static async Task SignupsAsync(World world, Ledger ledger, int customers)
    {
        var signups = await world.HistoriesAsync("sgn_");
        ledger.Signups.ShouldBeSubsetOf(signups.Keys);
        // Whoever has lost the answer to his proof gives it again, and is told that it was good once.
        signups.Values.ShouldAllBe(history => Regex.IsMatch(history, "^signup.started( signup.verified( signup.code_refused)*)?$"));
        var letters = await world.LettersAsync();
        signups.Keys.ShouldAllBe(id => letters[$"{id}:code"].Count() == 1);

        var tenants = await world.RowsAsync("select stream_id from controlplane.mt_events where type = 'tenant.created'", row => row.GetString(0));
        ledger.Tenants.Select(told => told.Tenant).Distinct().Order().ShouldBe(tenants.Order());
        tenants.Count.ShouldBe(customers);
        ledger.Tenants.GroupBy(told => told.Email).ShouldAllBe(told => told.Select(one => one.Tenant).Distinct().Count() == 1);
        tenants.ShouldAllBe(tenant => letters[$"{tenant}:welcome"].Count() == 1);
        (await world.HistoriesAsync("ten_")).Where(stream => stream.Key.EndsWith("~billing", StringComparison.Ordinal)).ShouldAllBe(
            stream => stream.Value == "billing_account.opened billing_account.customer_created billing_account.checkout_opened");
        using var stripe = new HttpClient();
        stripe.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_sandbox");
        stripe.DefaultRequestHeaders.Add("Stripe-Version", "2026-10-28.endive");
        foreach (var email in ledger.Tenants.Select(told => told.Email).Distinct())
        {
            var found = await stripe.GetStringAsync($"{world.Sandbox.StripeApiBase}/v1/customers?email={email}", TestContext.Current.CancellationToken);
            JsonNode.Parse(found)!["data"]!.AsArray().Count.ShouldBe(1, email);
        }
    }

    // Exactly those timers that were set with the events, however often the service has started since.
    private static async Task TimersAsync(World world)
    {
        var set = await world.RowsAsync(
            """
            select split_part(message_type, '.', -1), substring(encode(body, 'escape') from '(ain|sgn)_[0-9a-f]{32}'), count(*)
            from wolverine.wolverine_incoming_envelopes where status = 'Scheduled' group by 1, 2
            """,
            row => (Type: row.GetString(0), Count: row.GetInt64(2)));
        long Sum(string type) => set.Where(timer => timer.Type == type).Sum(timer => timer.Count);
        var trials = await world.CountAsync("select count(*) from controlplane.mt_events where type = 'agent_instance.trial_started'");
        Sum("ExpireSignup").ShouldBe(await world.CountAsync("select count(*) from controlplane.mt_events where type = 'signup.started'"));
        Sum("PurgeInstance").ShouldBe(await world.CountAsync("select count(*) from controlplane.mt_events where type = 'agent_instance.deleted'"));
        Sum("EndTrial").ShouldBe(trials);
        Sum("GiveUpTrial").ShouldBe(trials);
        Sum("RemindOfTrial").ShouldBe(trials * 2);
    }
}
