using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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

/// <summary>The service as it is started in production: a process with arguments.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;

    private ServiceProcess(Process process, int port) => (_process, _client) = (process, new() { BaseAddress = new($"http://127.0.0.1:{port}") });

    public static async Task<ServiceProcess> StartAsync(string role, string connection, string broker)
    {
        var port = FreePort();
        var service = new ServiceProcess(Start(role, connection, broker, port), port);
        _ = service._process.StandardOutput.ReadToEndAsync();
        _ = service._process.StandardError.ReadToEndAsync();
        await Until.TrueAsync(async () =>
        {
            service._process.HasExited.ShouldBeFalse();
            try
            {
                return await service.GetAsync("/healthz/ready") == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return service;
    }

    public static async Task<(int Code, string Output)> RunAsync(string role, string connection, string broker)
    {
        using var process = Start(role, connection, broker, FreePort());
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(await output));
    }

    public async Task<HttpStatusCode> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public async Task<JsonNode> HealthAsync() => JsonNode.Parse(await _client.GetStringAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }

    private static Process Start(string role, string connection, string broker, int port)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--role", role])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(typeof(Program).Assembly.Location)!,
        };
        foreach (var (key, value) in BusApp.Settings(connection, broker))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
