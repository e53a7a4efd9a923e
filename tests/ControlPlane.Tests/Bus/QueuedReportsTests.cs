using System.Text;
using ControlPlane.AgentInstances;
using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Wolverine;

namespace ControlPlane.Tests.Bus;

/// <summary>Runtimes report through the broker with any AMQP client.</summary>
public sealed class QueuedReportsTests(BusApp app) : IClassFixture<BusApp>
{
    private const string Tenant = "ten_queued";
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_plain_message_is_taken_as_the_same_report_by_rest_would_be()
    {
        var (id, run) = (await DraftAsync(app.Store), Ids.New("run"));

        await PublishAsync(app.Broker.Url, Body(id, run));

        var stored = await EventsAsync(app.Store, id, 2);
        stored[0].Data.ShouldBeOfType<RuntimeChanged>().Phase.ShouldBe(RuntimePhase.BackingUp);
        stored[1].Data.ShouldBeOfType<RunUsageReported>().RunId.ShouldBe(run);
        stored.ShouldAllBe(e => (string?)e.GetHeader("actor") == ControlPlane.Iam.BootstrapCommand.Runtimes && e.TenantId == Tenant);
    }

    [Fact]
    public async Task A_message_that_comes_again_counts_once()
    {
        var (id, last) = (await DraftAsync(app.Store), await DraftAsync(app.Store));
        var run = Ids.New("run");

        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(app.Broker.Url, Body(id, run));
        }

        await PublishAsync(app.Broker.Url, Body(last, Ids.New("run")));
        await EventsAsync(app.Store, last, 2);
        await Until.TrueAsync(async () => await InboxAsync(id) == 0);
        (await EventsAsync(app.Store, id, 2)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("guest")]
    public async Task A_message_of_another_user_is_not_believed(string? user)
    {
        var id = await DraftAsync(app.Store);

        await PublishAsync(app.Broker.Url, Body(id, Ids.New("run")), account: "guest", user: user);

        (await DeadAsync(id)).ShouldBe("The property user-id does not name the runtimes' broker user");
        (await StreamAsync(app.Store, id)).ShouldBeEmpty();
    }

    [Fact]
    public void Only_our_own_user_may_say_who_sent_a_message_first()
    {
        var reader = new QueuedReports(new() { Url = "amqp://controlplane:secret@localhost" });
        var forged = new BasicProperties { UserId = "mallory", Headers = new Dictionary<string, object?> { ["amqp-user-id"] = "runtime"u8.ToArray() } };
        var returned = new BasicProperties(forged) { UserId = "controlplane" };
        var (first, second) = (new Envelope { Data = Encoding.UTF8.GetBytes(Body(Ids.New("ain"), Ids.New("run"))) }, new Envelope { Data = Encoding.UTF8.GetBytes(Body(Ids.New("ain"), Ids.New("run"))) });

        reader.MapIncomingToEnvelope(first, forged);
        reader.MapIncomingToEnvelope(second, returned);

        Should.Throw<NotBelievedException>(() => reader.ReadFromData(typeof(ControlPlane.Contracts.RuntimeReport), first));
        reader.ReadFromData(typeof(ControlPlane.Contracts.RuntimeReport), second).ShouldBeOfType<ControlPlane.Contracts.RuntimeReport>();
        var again = new BasicProperties { Headers = new Dictionary<string, object?>() };
        reader.MapEnvelopeToOutgoing(first, again);
        (again.UserId, again.Headers["amqp-user-id"]).ShouldBe(("controlplane", "mallory"));
    }

    [Theory]
    [InlineData("{\"reports\":[{\"instanceId\":\"ID\",\"phase\":\"asleep\"}]}", "/reports/0/heartbeatAt required, /reports/0/observedGeneration required, /reports/0/phase not_one_of")]
    [InlineData("no json, ID", "The body is not JSON (RFC 8259)")]
    [InlineData("{\"reports\":\"\\ud800ID\"}", "/reports type")]
    [InlineData("{\"\\ud800\":\"ID\"}", "The body is not JSON (RFC 8259)")]
    public async Task What_can_not_be_read_goes_to_the_dead_letters_with_the_reason(string body, string reason)
    {
        var id = Ids.New("ain");

        await PublishAsync(app.Broker.Url, body.Replace("ID", id, StringComparison.Ordinal));

        var told = await DeadAsync(id);
        string.Join(", ", told.Split(", ").Order(StringComparer.Ordinal)).ShouldBe(reason);
    }

    [Fact]
    public async Task Nothing_is_lost_while_the_database_is_away()
    {
        await using var broker = new BrokerServer();
        await broker.StartAsync();
        await using var proxy = new DatabaseProxy(await Databases.CreateAsync());
        await using var host = await BusApp.StartAsync(proxy.Connection, broker.Url);
        await BusApp.UpAsync(host);
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DraftAsync(store)));

        proxy.Close();
        foreach (var id in ids)
        {
            await PublishAsync(broker.Url, Body(id, Ids.New("run")));
        }

        // It has tried, and now leaves the messages to the broker.
        await Until.TrueAsync(async () => await ConsumersAsync(broker.Url) == 0);
        proxy.Open();

        foreach (var id in ids)
        {
            (await EventsAsync(store, id, 2)).Count.ShouldBe(2);
        }
    }

    private static string Body(string id, string run) =>
        $$"""
        {"reports":[{"instanceId":"{{id}}","phase":"backing_up","observedGeneration":1,"heartbeatAt":"{{Now:O}}",
        "usage":[{"runId":"{{run}}","inputTokens":3,"cachedInputTokens":2,"outputTokens":1,"costMicros":7,"currency":"EUR","endedAt":"{{Now:O}}"}]}]}
        """;

    private static async Task PublishAsync(string broker, string body, string account = "runtime", string? user = "runtime")
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = await Broker.ConnectAsync(broker.Replace("guest:guest", $"{account}:{account}", StringComparison.Ordinal), "test", cancellation);
        await using var channel = await connection.CreateChannelAsync(
            new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        await channel.BasicPublishAsync(
            Topology.RuntimeReports, "", mandatory: true, user is null ? new() : new BasicProperties { UserId = user, DeliveryMode = DeliveryModes.Persistent },
            Encoding.UTF8.GetBytes(body), cancellation);
    }

    /// <summary>The reason with which a message that holds <paramref name="word"/> was put aside.</summary>
    private async Task<string> DeadAsync(string word)
    {
        await using var dead = await Subscriber.StartAsync(app.Broker.Url, [], Topology.DeadRuntimeReports);
        return (await dead.FirstAsync(message => message.Body.Contains(word, StringComparison.Ordinal))).Headers["exception-message"];
    }

    private static async Task<uint> ConsumersAsync(string broker)
    {
        await using var connection = await Broker.ConnectAsync(broker, "test", TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (await channel.QueueDeclarePassiveAsync(Topology.RuntimeReports, TestContext.Current.CancellationToken)).ConsumerCount;
    }

    private async Task<long> InboxAsync(string word)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(app.Connection);
        await using var count = database.CreateCommand(
            "select count(*) from wolverine_bus.wolverine_incoming_envelopes where status <> 'Handled' and position(convert_to($1, 'UTF8') in body) > 0");
        count.Parameters.Add(new() { Value = word });
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<string> DraftAsync(IDocumentStore store)
    {
        var id = Ids.New("ain");
        await using var session = store.LightweightSession(Tenant);
        session.Events.StartStream<AgentInstance>(
            id, new InstanceDrafted("helper@1", "sha256:0", "solo@1", null, new("Ann's helper"), id, new("{}"), new("{}"), "prn_owner"));
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }

    private static async Task<IReadOnlyList<IEvent>> StreamAsync(IDocumentStore store, string id)
    {
        await using var session = store.QuerySession(Tenant);
        return await session.Events.FetchStreamAsync(InstanceRuntime.StreamOf(id), token: TestContext.Current.CancellationToken);
    }

    private static async Task<IReadOnlyList<IEvent>> EventsAsync(IDocumentStore store, string id, int count)
    {
        await Until.TrueAsync(async () => (await StreamAsync(store, id)).Count >= count);
        return await StreamAsync(store, id);
    }
}
