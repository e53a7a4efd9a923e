using System.Net;
using System.Text.Json.Nodes;
using Alba;
using ControlPlane.Tests.Bus;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace ControlPlane.Tests.Hosting;

public class HealthTests(App app) : AppTest(app)
{
    [Fact]
    public async Task it_tells_version_uptime_and_every_part_without_asking_who_asks()
    {
        JsonNode? last = null;
        var health = await Until.FoundAsync(
            async () => await Get("/healthz", null) is var told && Parts(last = told.Body!).Contains("projections ok", StringComparison.Ordinal) ? told : null,
            () => last?.ToJsonString());

        health.Status.ShouldBe(200);
        // This host has no broker: the store keeps everything, so it serves.
        health.Text("status").ShouldBe("degraded");
        health.Text("version").ShouldNotBeNullOrEmpty();
        health.Body!["uptimeSeconds"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(0);
        Parts(health.Body).ShouldBe("database ok, bus degraded, projections ok, outbox ok, catalog ok");
        health.Body["checks"]!.AsArray().ShouldAllBe(check => check!["latencyMs"]!.GetValue<double>() >= 0);
        health.Headers.ShouldNotContainKey("RateLimit");
        health.Body.ToJsonString().ShouldNotContain("127.0.0.1");
    }

    [Fact]
    public async Task what_Marten_remembers_of_gaps_is_no_reader_that_lags()
    {
        var connection = await Databases.CreateAsync();
        await using var host = await BusApp.StartAsync(connection, "");
        await using var database = NpgsqlDataSource.Create(connection);
        await using var remember = database.CreateCommand(
            "insert into controlplane.mt_event_progression (name, last_seq_id) values ('HighWaterStuckGap', 0), ('HighWaterAllocationFence', 0) on conflict do nothing");
        await remember.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var readers = await Until.FoundAsync(async () =>
            (await ControlPlane.Hosting.Backlog.ReadAsync(database, TestContext.Current.CancellationToken)).Readers is { Count: > 0 } found ? found : null);

        readers.Select(reader => reader.Name).ShouldBe([ControlPlane.Audit.TrailProjection.Shard], ignoreOrder: true);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    public async Task HEAD_answers_as_GET_does(string path)
    {
        (await Send(HttpMethod.Head, path, token: null)).Status.ShouldBe(200);
        (await Get(path, null)).Status.ShouldBe(200);
        (await Post(path, "{}", null)).Status.ShouldBe(405);
    }

    [Fact]
    public async Task without_its_database_it_is_alive_and_not_ready_until_the_database_is_back()
    {
        await using var proxy = new DatabaseProxy(await Databases.CreateAsync());
        await using var host = await BusApp.StartAsync(proxy.Connection, "");
        (await AskAsync(host, "/healthz/ready")).Status.ShouldBe(HttpStatusCode.OK);

        proxy.Close();

        var health = await AskAsync(host, "/healthz");
        health.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)health.Body!["status"]).ShouldBe("unavailable");
        Parts(health.Body).ShouldStartWith("database unavailable");
        health.Body.ToJsonString().ShouldNotContain("127.0.0.1");
        (await AskAsync(host, "/healthz/ready")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await AskAsync(host, "/healthz/live")).Status.ShouldBe(HttpStatusCode.OK);

        proxy.Open();
        await Until.TrueAsync(async () => (await AskAsync(host, "/healthz/ready")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task metrics_are_for_this_machine_alone_unless_a_network_is_named()
    {
        (await ScrapeAsync(App.Host, "127.0.0.1")).Status.ShouldBe(200);
        (await ScrapeAsync(App.Host, "::1")).Status.ShouldBe(200);
        var stranger = await ScrapeAsync(App.Host, "192.0.2.7", ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"));
        stranger.Status.ShouldBe(404);
        stranger.Text.ShouldContain("not_found");
    }

    [Theory]
    [InlineData("10.1.0.0/16, 2001:db8::/32", "10.1.200.3", true)]
    [InlineData("10.1.0.0/16, 2001:db8::/32", "::ffff:10.1.200.3", true)]
    [InlineData("10.1.0.0/16, 2001:db8::/32", "2001:db8::7", true)]
    [InlineData("10.1.0.0/16, 2001:db8::/32", "10.2.0.1", false)]
    [InlineData("", "10.1.0.1", false)]
    [InlineData(null, "::ffff:127.0.0.1", true)]
    public void networks_are_named_as_CIDR(string? configured, string address, bool admitted) =>
        ControlPlane.Hosting.MetricsNetworks.Of(configured).Admit(IPAddress.Parse(address)).ShouldBe(admitted);

    [Fact]
    public async Task metrics_count_requests_by_pattern_and_tell_the_backlog_without_tenants_and_ids()
    {
        // A process of its own, for hosts that share one share their meters too: what one disposes, the others no longer tell.
        await using var service = await ServiceProcess.StartAsync("api", App.Connection, "");
        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", Owner);
        var secret = Guid.CreateVersion7().ToString("N");
        foreach (var (method, path) in new[] { ("DELETE", $"/v1/auth/tokens/pat_{secret}"), ("BREW", $"/nowhere/{secret}") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var reply = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        using var token = new StringContent("""{"name":"counted"}""", System.Text.Encoding.UTF8, "application/json");
        using var minted = await service.Client.PostAsync(new Uri("/v1/auth/tokens", UriKind.Relative), token, TestContext.Current.CancellationToken);
        minted.StatusCode.ShouldBe(HttpStatusCode.Created);

        var text = "";
        await Until.TrueAsync(async () => (text = await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken)).Contains("controlplane_outbox_oldest_age_seconds", StringComparison.Ordinal)
            && text.Contains("route=\"/v1/auth/tokens/{id}\"", StringComparison.Ordinal) && text.Contains("method=\"other\"", StringComparison.Ordinal));

        text.ShouldMatch("controlplane_http_request_duration_seconds_count\\{[^}]*method=\"DELETE\",route=\"/v1/auth/tokens/\\{id\\}\",status=\"4xx\"|controlplane_http_request_duration_seconds_count\\{[^}]*route=\"/v1/auth/tokens/\\{id\\}\",method=\"DELETE\",status=\"4xx\"");
        text.ShouldContain("controlplane_outbox_dead_letters");
        text.ShouldContain("marten_event_append");
        text.ShouldNotContain(secret);
        text.ShouldNotContain(Tenant);
        text.ShouldNotMatch("(ten|prn|pat|ain)_[0-9a-f]{32}");
        text.ShouldNotMatch("[{,]tenant[a-z_]*=");
    }

    internal static string Parts(JsonNode health) =>
        string.Join(", ", health["checks"]!.AsArray().Select(check => $"{check!["name"]} {check["status"]}"));

    internal static async Task<(HttpStatusCode Status, JsonNode? Body)> AskAsync(IAlbaHost host, string path)
    {
        using var client = host.Server.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Asks for the metrics from an address.</summary>
    internal static async Task<(int Status, string Text)> ScrapeAsync(IAlbaHost host, string address, params (string Name, string Value)[] headers)
    {
        var context = await host.Server.SendAsync(
            request =>
            {
                request.Request.Method = "GET";
                request.Request.Path = "/metrics";
                request.Connection.RemoteIpAddress = IPAddress.Parse(address);
                foreach (var (name, value) in headers)
                {
                    request.Request.Headers[name] = value;
                }
            },
            TestContext.Current.CancellationToken);
        using var body = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, await body.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
