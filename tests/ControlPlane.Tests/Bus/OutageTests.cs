using System.Net;
using Alba;
using ControlPlane.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Bus;

[Trait("Kind", "Fault")]
public sealed class OutageTests(BusApp app) : IClassFixture<BusApp>
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task What_is_committed_while_the_broker_is_away_arrives_once_it_is_back()
    {
        await using var subscriber = await Subscriber.StartAsync(app.Broker.Url, ["agent_instance.#"]);
        var writer = new Writer(app.Store);
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(writer.RunAsync(20, stop.Token), writer.RunAsync(20, stop.Token));

        await Until.TrueAsync(() => subscriber.Received.Count > 100);
        await app.Broker.StopAsync();
        var before = writer.Committed.Values.Sum();
        using (var outage = new PeriodicTimer(Outage))
        {
            await outage.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        writer.Committed.Values.Sum().ShouldBeGreaterThan(before + 100);
        (await GetAsync(app.Host, "/healthz/live")).ShouldBe(HttpStatusCode.OK);
        await app.Broker.StartAsync();
        var atReturn = subscriber.Received.Count;
        await Until.TrueAsync(() => subscriber.Received.Count > atReturn + 100);
        await stop.CancelAsync();
        await writing;

        await Until.TrueAsync(() => writer.HaveAllArrived(subscriber.Received));
        writer.ShouldAllHaveArrived(subscriber.Received);
    }

    [Fact]
    public async Task The_api_starts_and_serves_without_its_broker_and_the_bus_follows_when_it_comes()
    {
        var connection = await Databases.CreateAsync();
        await using var broker = new BrokerServer();
        await broker.StartAsync();
        await broker.StopAsync();

        await using var host = await BusApp.StartAsync(connection, broker.Url);
        (await GetAsync(host, "/healthz/ready")).ShouldBe(HttpStatusCode.OK);
        var writer = new Writer(host.Services.GetRequiredService<Marten.IDocumentStore>());
        await writer.AppendAsync("ain_early");
        host.Services.GetRequiredService<BusTelemetry>().IsUp.ShouldBeFalse();

        await broker.StartAsync();
        await BusApp.UpAsync(host);
        await using var unrouted = await Subscriber.StartAsync(broker.Url, [], Topology.Unrouted);
        (await unrouted.FirstAsync(message => message["subject"] == "ain_early"))["streamversion"].ShouldBe("1");
    }

    [Fact]
    public async Task A_broker_that_has_lost_its_memory_gets_its_topology_back()
    {
        await using (var admin = await Broker.ConnectAsync(app.Broker.Url, "test", TestContext.Current.CancellationToken))
        await using (var channel = await admin.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            await channel.ExchangeDeleteAsync(Topology.Events, cancellationToken: TestContext.Current.CancellationToken);
            await channel.QueueDeleteAsync(Topology.Unrouted, ifUnused: false, ifEmpty: false, cancellationToken: TestContext.Current.CancellationToken);
        }

        var writer = new Writer(app.Store);
        await writer.AppendAsync("ain_forgotten");
        await Until.TrueAsync(async () =>
        {
            try
            {
                await using var unrouted = await Subscriber.StartAsync(app.Broker.Url, [], Topology.Unrouted);
                return (await unrouted.FirstAsync(message => message["subject"] == "ain_forgotten")) is not null;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        });
    }

    private static async Task<HttpStatusCode> GetAsync(IAlbaHost host, string path)
    {
        using var client = host.Server.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
