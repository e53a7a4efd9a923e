using System.Collections.Concurrent;
using Alba;
using ControlPlane.AgentInstances;
using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.CommandLine;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;

namespace ControlPlane.Tests.Bus;

/// <summary>The service with a bus, on a database and a broker of its own.</summary>
public sealed class BusApp : IAsyncLifetime
{
    private readonly List<IAlbaHost> _hosts = [];

    public BrokerServer Broker { get; } = new();

    public string Connection { get; private set; } = "";

    public IAlbaHost Host => _hosts[0];

    public IDocumentStore Store => Host.Services.GetRequiredService<IDocumentStore>();

    public async ValueTask InitializeAsync()
    {
        await Broker.StartAsync();
        Connection = await Databases.CreateAsync();
        await StartAsync();
        await UpAsync(Host);
    }

    /// <summary>One more node on the same database and broker.</summary>
    public async Task<IAlbaHost> StartAsync()
    {
        var host = await StartAsync(Connection, Broker.Url);
        _hosts.Add(host);
        return host;
    }

    public static async Task<IAlbaHost> StartAsync(string connection, string broker)
    {
        JasperFxEnvironment.AutoStartHost = true;
        return await AlbaHost.For<Program>(web =>
        {
            foreach (var (key, value) in Settings(connection, broker))
            {
                web.UseSetting(key, value);
            }

            web.ConfigureServices(services => services.RunWolverineInSoloMode());
        });
    }

    public static IEnumerable<(string Key, string Value)> Settings(string connection, string broker) =>
    [
        ("ConnectionStrings:Postgres", connection),
        ("ConnectionStrings:RabbitMq", broker),
        ("Sealing:KeyFile", Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(connection).Database}.json")),
        ("Logging:LogLevel:Default", "Error"),
    ];

    public static Task UpAsync(IAlbaHost host) => Until.TrueAsync(() => host.Services.GetRequiredService<BusTelemetry>().IsUp);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await Broker.DisposeAsync();
    }
}

/// <summary>Appends to streams of their own, each event numbered by its version, and remembers what was committed.</summary>
public sealed class Writer(IDocumentStore store)
{
    private readonly ConcurrentDictionary<string, int> _committed = new();

    /// <summary>How many events each stream has.</summary>
    public IReadOnlyDictionary<string, int> Committed => _committed;

    /// <summary>Appends one event to each stream in turn until told to stop.</summary>
    public async Task RunAsync(int streams, CancellationToken stop)
    {
        var ids = Enumerable.Range(0, streams).Select(_ => Ids.New("ain")).ToArray();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await AppendAsync(ids[i % streams]);
        }
    }

    public async Task AppendAsync(string stream, int events = 1)
    {
        var before = _committed.GetValueOrDefault(stream);
        var added = Enumerable.Range(before + 1, events).Select(version => EventOf(stream, version)).ToArray();
        await using var session = store.LightweightSession("ten_writer");
        if (before == 0)
        {
            session.Events.StartStream<AgentInstance>(stream, added);
        }
        else
        {
            await session.Events.AppendOptimistic(stream, added);
        }

        await session.SaveChangesAsync();
        _committed[stream] = before + events;
    }

    private static object EventOf(string stream, int version) => version == 1
        ? new InstanceDrafted("helper@1", "sha256:0", "solo@1", null, new("Helper"), stream, new("{}"), new("{}"), "prn_owner")
        : new TrialEnding(version);

    /// <summary>Every committed event arrived, and of each stream in order; repetitions are allowed.</summary>
    public void ShouldAllHaveArrived(IEnumerable<Received> received)
    {
        var firsts = received.DistinctBy(message => message["id"]).GroupBy(message => message["partitionkey"])
            .ToDictionary(stream => stream.Key, stream => stream.Select(message => int.Parse(message["streamversion"], System.Globalization.CultureInfo.InvariantCulture)).ToArray());
        foreach (var (stream, count) in _committed)
        {
            firsts.GetValueOrDefault(stream, []).ShouldBe(Enumerable.Range(1, count), stream);
        }
    }

    public bool HaveAllArrived(IReadOnlyCollection<Received> received) =>
        received.Count >= _committed.Values.Sum()
        && received.Select(message => message["id"]).Distinct().Count() >= _committed.Values.Sum();
}
