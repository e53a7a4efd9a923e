using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>The service is killed while customers sign up, draft and delete: what was answered has happened, once, with all that follows from it.</summary>
[Trait("Kind", "Fault")]
public sealed class CrashTests
{
    [Fact]
    public async Task what_was_promised_before_a_crash_happens_once()
    {
        await using var world = await World.CreateAsync();
        var service = await world.StartAsync("all");
        await world.SubscribeAsync();
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var customers = Enumerable.Range(0, 8).Select(_ => new Customer(world, service.Client, ledger)).ToArray();
        var lives = Task.WhenAll(customers.Select(customer => customer.LiveAsync(stop.Token)));

        for (var crash = 0; crash < 3; crash++)
        {
            var moment = ledger.Answers + Random.Shared.Next(10, 80);
            await Until.TrueAsync(() => ledger.Answers >= moment || lives.IsFaulted);
            await service.KillAsync();
            await service.RestartAsync();
        }

        await stop.CancelAsync();
        await lives;

        ledger.Faults.ShouldBeEmpty();
        ledger.Refusals.ShouldContain("dropped");
        await world.ShouldHaveKeptAsync(ledger, customers.Length);
        await world.ShouldAllHaveArrivedAsync();
    }
}
