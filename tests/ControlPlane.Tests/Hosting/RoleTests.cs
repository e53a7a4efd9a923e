using System.Net;
using System.Text.Json.Nodes;
using ControlPlane.Hosting.Bus;
using ControlPlane.Tests.Bus;
using RabbitMQ.Client;

namespace ControlPlane.Tests.Hosting;

/// <summary>The roles as processes of their own.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task the_api_serves_and_the_bus_publishes_each_in_its_own_process()
    {
        await using var broker = new BrokerServer();
        await broker.StartAsync();
        var connection = await Databases.CreateAsync();
        await using var api = await ServiceProcess.StartAsync("api", connection, broker.Url);

        (await api.GetAsync("/v1/whoami")).ShouldBe(HttpStatusCode.Unauthorized);
        (await ExchangeAsync(broker.Url)).ShouldBeFalse("a process with the role api has declared the topology");
        (await api.HealthAsync())["checks"]!.AsArray().Single(check => (string?)check!["name"] == "bus")!["status"]!.GetValue<string>().ShouldBe("degraded");

        await using var bus = await ServiceProcess.StartAsync("bus", connection, broker.Url);
        await Until.TrueAsync(async () => await ExchangeAsync(broker.Url));
        (await bus.GetAsync("/v1/whoami")).ShouldBe(HttpStatusCode.NotFound);
        (await bus.GetAsync("/asyncapi.json")).ShouldBe(HttpStatusCode.NotFound);
        (await bus.GetAsync("/metrics")).ShouldBe(HttpStatusCode.OK);
        (await bus.GetAsync("/healthz/live")).ShouldBe(HttpStatusCode.OK);
        await Until.TrueAsync(async () => HealthTests.Parts(await bus.HealthAsync()) == "database ok, bus ok, projections ok, outbox ok, catalog ok");
        (await NodesAsync(connection, "wolverine")).ShouldBe(1);
        await Until.TrueAsync(async () => await NodesAsync(connection, "wolverine_bus") == 1);
    }

    [Fact]
    public async Task a_role_that_does_not_exist_ends_the_start_with_its_name()
    {
        var connection = await Databases.CreateAsync();
        var (code, output) = await ServiceProcess.RunAsync("worker", connection, "");

        code.ShouldNotBe(0);
        output.ShouldContain("There is no role worker");
    }

    [Fact]
    public async Task the_bus_does_not_start_without_a_broker_in_its_configuration()
    {
        var (code, output) = await ServiceProcess.RunAsync("bus", await Databases.CreateAsync(), "");

        code.ShouldNotBe(0);
        output.ShouldContain("The role bus needs ConnectionStrings:RabbitMq");
    }

    private static async Task<bool> ExchangeAsync(string url)
    {
        await using var connection = await Broker.ConnectAsync(url, "test", TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        try
        {
            await channel.ExchangeDeclarePassiveAsync(Topology.Events, TestContext.Current.CancellationToken);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }

    private static async Task<long> NodesAsync(string connection, string schema)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(connection);
        await using var count = database.CreateCommand($"select count(*) from {schema}.wolverine_nodes");
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
