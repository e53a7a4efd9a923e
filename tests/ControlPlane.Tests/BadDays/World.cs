using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using ControlPlane.Tests.Bus;
using Npgsql;
using OutsideWorld;
using OutsideWorld.Traffic;

namespace ControlPlane.Tests.BadDays;

/// <summary>The service as processes on a database, with a broker and an outside world of its own.</summary>
internal sealed class World : IAsyncDisposable
{
    // What has failed often waits for minutes before it is tried again.
    private const string Hurry =
        "update wolverine.wolverine_incoming_envelopes set execution_time = now() where status = 'Scheduled' and attempts > 0 and execution_time between now() + interval '1 second' and now() + interval '1 hour' returning 1";

    private const string Waiting =
        """
        select concat_ws(' ', message_type, status, owner_id, attempts, execution_time, now()) from wolverine.wolverine_incoming_envelopes
        where status = 'Incoming' or (status = 'Scheduled' and execution_time < now() + interval '1 hour')
        """;

    private readonly List<ServiceProcess> _processes = [];

    private World(Sandbox sandbox, string connection)
    {
        (Sandbox, Outside, Connection) = (sandbox, new(sandbox.BaseUrl), connection);
        // A connection for each look, for those of a pool don't outlive their server.
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
    }

    public Sandbox Sandbox { get; }

    public SandboxClient Outside { get; }

    public string Connection { get; }

    public NpgsqlDataSource Database { get; }

    public BrokerServer Broker { get; } = new();

    /// <summary>Whoever has bound everything that is announced.</summary>
    public Subscriber Subscriber { get; private set; } = null!;

    public static async Task<World> CreateAsync(string? connection = null, bool hasBroker = true)
    {
        var world = new World(await Sandbox.StartAsync(), connection ?? await Databases.CreateAsync());
        if (hasBroker)
        {
            await world.Broker.StartAsync();
        }

        return world;
    }

    /// <summary>One more process of the service.</summary>
    public async Task<ServiceProcess> StartAsync(string role, string? connection = null, params (string Key, string Value)[] settings)
    {
        var process = await ServiceProcess.StartAsync(
            role, connection ?? Connection, Broker.Url,
            [.. settings, ("Stripe:ApiKey", "sk_test_sandbox"), ("Stripe:ApiBase", Sandbox.StripeApiBase),
            ("Postmark:ServerToken", "5a4db0c5-0000-4000-8000-000000000001"), ("Postmark:BaseUrl", Sandbox.PostmarkBaseUrl), ("Postmark:From", "hello@controlplane.example"),
            ("RateLimits:PerAddress", "1000000"), ("RateLimits:PerToken", "1000000"), ("Signup:LettersAnHour", "1000000")]);
        _processes.Add(process);
        return process;
    }

    /// <summary>Binds a queue to everything, once somebody has declared where it is announced.</summary>
    public async Task SubscribeAsync() => Subscriber = await Until.FoundAsync(async () =>
    {
        try
        {
            return await Subscriber.StartAsync(Broker.Url, ["#"]);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return null;
        }
    });

    /// <summary>Everything that the store holds for announcement has arrived, and of each stream in order; repetitions are allowed.</summary>
    public async Task ShouldAllHaveArrivedAsync()
    {
        var announced = await AnnouncedAsync();
        announced.ShouldNotBeEmpty();
        await Until.TrueAsync(() => Subscriber.Received.Select(message => message["id"]).ToHashSet().IsSupersetOf(announced.Select(stored => stored.Id)));
        var firsts = Subscriber.Received.DistinctBy(message => message["id"]).ToLookup(message => message["partitionkey"], message => message["id"]);
        foreach (var stream in announced.GroupBy(stored => stored.Stream))
        {
            firsts[stream.Key].ShouldBe(stream.Select(stored => stored.Id), stream.Key);
        }

        firsts.Where(stream => stream.Key != "catalog").Sum(stream => stream.Count()).ShouldBe(announced.Count, "something arrived that was never stored");
    }

    /// <summary>The letters that Postmark has taken, by their key.</summary>
    public async Task<ILookup<string, Exchange>> LettersAsync() =>
        (await Outside.LogAsync("postmark", cancel: TestContext.Current.CancellationToken))
        .Where(letter => letter is { Method: "POST", Path: "/email", Status: 200 })
        .ToLookup(letter => (string)letter.Body!["Metadata"]!["letter"]!);

    public async Task<long> CountAsync(string sql) => (await RowsAsync(sql, row => row.GetInt64(0)))[0];

    public async Task<IReadOnlyList<T>> RowsAsync<T>(string sql, Func<NpgsqlDataReader, T> read, object? parameter = null)
    {
        await using var command = Database.CreateCommand(sql);
        if (parameter is not null)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The types of the events of each stream that starts with <paramref name="prefix"/>, in order.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HistoriesAsync(string prefix) =>
        (await RowsAsync(
            "select stream_id, string_agg(type, ' ' order by version), max(version), count(*) from controlplane.mt_events where starts_with(stream_id, $1) and type not in ('agent_instance.runtime_changed', 'agent_run.usage_reported') group by 1",
            row =>
            {
                row.GetInt64(2).ShouldBe(row.GetInt64(3), row.GetString(0));
                return (Id: row.GetString(0), History: row.GetString(1));
            },
            prefix)).ToDictionary(stream => stream.Id, stream => stream.History);

    /// <summary>Nothing waits in the queues of the API hosts but what has its time still to come, and nothing was put aside.</summary>
    public async Task SettledAsync()
    {
        IReadOnlyList<string> waiting = [];
        try
        {
            await Until.TrueAsync(async () =>
            {
                await RowsAsync(Hurry, _ => "");
                return (waiting = await RowsAsync(Waiting, row => row.GetString(0))).Count == 0;
            });
        }
        catch (TimeoutException) when (waiting.Count > 0)
        {
            waiting.ShouldBeEmpty();
        }

        (await CountAsync("select count(*) from wolverine.wolverine_dead_letters")).ShouldBe(0);
    }

    /// <summary>What was kept up to date from event to event is what all events together give. Nothing else may be at work.</summary>
    public async Task ShouldBeTheSameFromScratchAsync()
    {
        var before = await ProjectionsAsync();

        var (code, output) = await ServiceProcess.RunAsync("api", Connection, Broker.Url, "projections", "rebuild");

        code.ShouldBe(0, output);
        var after = await ProjectionsAsync();
        before.Except(after).ShouldBeEmpty();
        after.Except(before).ShouldBeEmpty();
        before.Count.ShouldBeGreaterThan(20);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        if (Subscriber is not null)
        {
            await Subscriber.DisposeAsync();
        }

        await Database.DisposeAsync();
        Outside.Dispose();
        await Sandbox.DisposeAsync();
        await Broker.DisposeAsync();
    }

    // The catalog is announced at the first start, before anybody can listen.
    private Task<IReadOnlyList<(string Id, string Stream)>> AnnouncedAsync() => RowsAsync(
        """
        select id::text, stream_id from controlplane.mt_events
        where type = any($1) and stream_id <> 'catalog' and (type <> 'signup.verified' or data ->> 'outcome' = 'Provisioned') order by stream_id, version
        """,
        row => (row.GetString(0), row.GetString(1)),
        BusRegistration.Announcements.StoredTypes.Select(type => EventCatalog.Of(type).Alias).ToArray());

    // What a purge has removed comes back with nothing to read in it; the trail stays as it was left.
    private async Task<IReadOnlyList<string>> ProjectionsAsync()
    {
        var tables = await RowsAsync("select tablename::text from pg_tables where schemaname = 'controlplane' and tablename ^@ 'mt_doc_'", row => row.GetString(0));
        var rows = new List<string>();
        foreach (var table in tables)
        {
            rows.AddRange(await RowsAsync(
                $"""
                select (to_jsonb(d) - 'mt_last_modified' - 'mt_version')::text from controlplane.{table} d
                where not exists (select from controlplane.mt_doc_tenant t where t.id in (to_jsonb(d) ->> 'tenant_id', d.data ->> 'tenantId') and t.data ->> 'state' in ('Purging', 'Purged'))
                """,
                row => $"{table} {row.GetString(0)}"));
        }

        return [.. rows, .. await RowsAsync("select to_jsonb(t)::text from controlplane.trail t", row => $"trail {row.GetString(0)}")];
    }
}
