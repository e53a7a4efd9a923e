using System.Text;
using ControlPlane.Hosting.Bus;
using ControlPlane.Tests.Bus;
using RabbitMQ.Client;

namespace ControlPlane.Tests.BadDays;

/// <summary>API and bus as processes of their own; now one is killed, now the other.</summary>
[Trait("Kind", "Fault")]
public sealed class RoleCrashTests
{
    [Fact(Explicit = true)]
    public async Task whichever_host_is_killed_loses_nothing()
    {
        await using var world = await World.CreateAsync();
        var api = await world.StartAsync("api");
        var bus = await world.StartAsync("bus");
        await world.SubscribeAsync();
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var customers = Enumerable.Range(0, 6).Select(_ => new Customer(world, api.Client, ledger)).ToArray();
        var lives = Task.WhenAll(customers.Select(customer => customer.LiveAsync(stop.Token)));
        var hosted = await HostAsync(new(world, api.Client, ledger));
        var reported = await ReportAsync(world, hosted.Take(3));

        foreach (var killed in new[] { bus, api, bus })
        {
            var (answers, arrived) = (ledger.Answers + 20, world.Subscriber.Received.Count + 20);
            await Until.TrueAsync(() => (ledger.Answers >= answers && world.Subscriber.Received.Count >= arrived) || lives.IsFaulted);
            await killed.KillAsync();
            reported = [.. reported, .. await ReportAsync(world, hosted.Except(reported).Take(2))];
            await killed.RestartAsync();
        }

        await stop.CancelAsync();
        await lives;

        ledger.Faults.ShouldBeEmpty();
        await world.ShouldHaveKeptAsync(ledger, customers.Length + 1);
        await Until.TrueAsync(async () => await world.CountAsync("select count(*) from controlplane.mt_events where type = 'agent_run.usage_reported'") >= reported.Count);
        (await world.CountAsync("select count(*) from controlplane.mt_events where type = 'agent_run.usage_reported'")).ShouldBe(reported.Count);
        await world.ShouldAllHaveArrivedAsync();
    }

    /// <summary>Instances that stay, for what is reported of a deleted one is not taken.</summary>
    private static async Task<IReadOnlyList<string>> HostAsync(Customer customer)
    {
        await customer.SignUpAsync();
        var hosted = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            hosted.Add(await customer.DraftAsync());
        }

        return hosted;
    }

    /// <summary>Each instance's runtime tells the broker, and the broker confirms, whether or not anybody listens.</summary>
    private static async Task<IReadOnlyList<string>> ReportAsync(World world, IEnumerable<string> instances)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = await Broker.ConnectAsync(world.Broker.Url.Replace("guest:guest", "runtime:runtime", StringComparison.Ordinal), "test", cancellation);
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        var reported = instances.ToArray();
        foreach (var id in reported)
        {
            var (now, run) = (TimeProvider.System.GetUtcNow(), ControlPlane.Storage.Ids.New("run"));
            await channel.BasicPublishAsync(
                Topology.RuntimeReports, "", mandatory: true, new BasicProperties { UserId = "runtime", DeliveryMode = DeliveryModes.Persistent },
                Encoding.UTF8.GetBytes(
                    $$"""
                    {"reports":[{"instanceId":"{{id}}","phase":"running","observedGeneration":1,"heartbeatAt":"{{now:O}}",
                    "usage":[{"runId":"{{run}}","inputTokens":3,"cachedInputTokens":2,"outputTokens":1,"costMicros":7,"currency":"EUR","endedAt":"{{now:O}}"}]}]}
                    """),
                cancellation);
        }

        return reported;
    }
}
