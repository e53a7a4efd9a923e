namespace Bench;

/// <summary>The databases with equal content, and the servers that are compared, started when first asked for.</summary>
public sealed class Field : IAsyncDisposable
{
    private readonly Dictionary<string, Server> _servers = [];

    private Field(Place place, Tenants tenants) => (Place, Tenants) = (place, tenants);

    public Place Place { get; }

    public Tenants Tenants { get; }

    public static async Task<Field> PrepareAsync(Place place, Options options)
    {
        Console.Error.WriteLine("Filling the databases …");
        foreach (var database in new[] { "ours", "plain", "common" })
        {
            await place.ExecuteAsync("postgres", $"create database {database}");
        }

        var needsInstances = options.Paths.Any(path => path is "read" or "lists" or "audit" or "bus");
        var tenants = await Tenants.SeedAsync(place, options.Tenants, needsInstances ? options.LongList : 0);
        await PeerSeed.FillAsync(place, tenants);
        foreach (var database in new[] { "ours", "plain", "common" })
        {
            await place.ExecuteAsync(database, "vacuum analyze");
        }

        return new(place, tenants);
    }

    public async Task<Server> StartedAsync(string name) =>
        _servers.TryGetValue(name, out var server) ? server : _servers[name] = name == "ours" ? await OursAsync() : await PeerAsync(name);

    public Task<Server> OursAsync(bool withBus = false) => Server.StartAsync(
        "ours", Place.Program("service"), "/healthz/ready", [],
        Settings(withBus),
        Place.At(withBus ? "ours-bus.log" : "ours.log"));

    public IEnumerable<(string Name, string Value)> Settings(bool withBus = false) =>
    [
        ("ConnectionStrings__Postgres", Place.Connection("ours")),
        ("ConnectionStrings__RabbitMq", withBus ? Place.RabbitMq : ""),
        ("Sealing__KeyFile", Place.KeyFile),
        ("Catalog__Path", Place.Catalog),
        ("RateLimits__PerToken", "1000000000"),
        ("RateLimits__PerAddress", "1000000000"),
        ("Stripe__ApiKey", "sk_test_bench"),
        ("Postmark__ServerToken", "bench"),
        ("Portal__BaseUrl", "http://127.0.0.1"),
    ];

    public Task<Server> PeerAsync(string name) =>
        Server.StartAsync(name, Place.Program("peers"), "/ready", [name], [("Postgres", Place.Connection(name))], Place.At($"{name}.log"));

    public async Task StopAsync(string name)
    {
        if (_servers.Remove(name, out var server))
        {
            await server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}
