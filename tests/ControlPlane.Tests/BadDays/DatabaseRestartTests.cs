using System.Net;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>The database goes under load, once in good order and once as in a power cut, and comes back.</summary>
[Trait("Kind", "Fault")]
public sealed class DatabaseRestartTests
{
    [Fact]
    public async Task a_database_that_comes_back_finds_everything_going_on_by_itself()
    {
        await using var database = new DatabaseServer();
        await database.StartAsync();
        await using var world = await World.CreateAsync(database.Connection.ConnectionString);
        var service = await world.StartAsync("all");
        await world.SubscribeAsync();
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var customers = Enumerable.Range(0, 8).Select(_ => new Customer(world, service.Client, ledger)).ToArray();
        var lives = Task.WhenAll(customers.Select(customer => customer.LiveAsync(stop.Token)));

        foreach (var end in new[] { database.StopAsync, (Func<Task>)database.KillAsync })
        {
            var moment = ledger.Answers + Random.Shared.Next(40, 80);
            await Until.TrueAsync(() => ledger.Answers >= moment || lives.IsFaulted);
            await end();
            (await service.GetAsync("/healthz/live")).ShouldBe(HttpStatusCode.OK);
            (await service.GetAsync("/healthz/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
            await database.StartAsync();
            await Until.TrueAsync(async () => await service.GetAsync("/healthz/ready") == HttpStatusCode.OK);
        }

        var after = ledger.Answers + 40;
        await Until.TrueAsync(() => ledger.Answers >= after || lives.IsFaulted);
        await stop.CancelAsync();
        await lives;

        ledger.Faults.ShouldBeEmpty();
        ledger.Refusals.ShouldContain("unavailable");
        await world.ShouldHaveKeptAsync(ledger, customers.Length);
        await world.ShouldAllHaveArrivedAsync();
    }
}
