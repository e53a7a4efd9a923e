using System.Globalization;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>The broker is away while customers work: they don't notice, and whoever listens gets everything later, in order.</summary>
[Trait("Kind", "Fault")]
public sealed class BrokerOutageTests
{
    // A minute shows nothing that ten seconds don't; CONTROLPLANE_OUTAGE_SECONDS asks for more.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("CONTROLPLANE_OUTAGE_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    [Fact(Explicit = true)]
    public async Task customers_work_as_ever_and_subscribers_get_everything_later()
    {
        await using var world = await World.CreateAsync();
        var service = await world.StartAsync("all");
        await world.SubscribeAsync();
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var customers = Enumerable.Range(0, 4).Select(_ => new Customer(world, service.Client, ledger)).ToArray();
        var lives = Task.WhenAll(customers.Select(customer => customer.LiveAsync(stop.Token)));

        await Until.TrueAsync(() => ledger.Answers >= 200 || lives.IsFaulted);
        ledger.Milliseconds.Clear();
        await Until.TrueAsync(() => ledger.Answers >= 400 || lives.IsFaulted);
        var before = Median(ledger);
        await world.Broker.StopAsync();
        ledger.Milliseconds.Clear();
        using (var outage = new PeriodicTimer(Outage))
        {
            await outage.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        var health = await service.HealthAsync();
        ((string?)health["status"]).ShouldBe("degraded", health.ToJsonString());
        ledger.Milliseconds.Count.ShouldBeGreaterThan(50);
        Median(ledger).ShouldBeLessThan((before * 2) + 20, $"milliseconds; {before} with the broker");
        await world.Broker.StartAsync();
        await stop.CancelAsync();
        await lives;

        (ledger.Faults, ledger.Refusals.Count).ShouldSatisfyAllConditions(found => found.Faults.ShouldBeEmpty(), found => found.Count.ShouldBe(0));
        await world.ShouldAllHaveArrivedAsync();
        await Until.TrueAsync(async () => (string?)(await service.HealthAsync())["status"] == "ok");
        await world.ShouldHaveKeptAsync(ledger, customers.Length);
    }

    private static double Median(Ledger ledger)
    {
        var sorted = ledger.Milliseconds.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
