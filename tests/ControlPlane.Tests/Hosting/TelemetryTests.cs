using System.Collections.Concurrent;
using System.Diagnostics;
using Alba;
using ControlPlane.AgentInstances;
using ControlPlane.Iam;
using ControlPlane.Storage;
using ControlPlane.Tests.Bus;
using JasperFx.CommandLine;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Wolverine;

namespace ControlPlane.Tests.Hosting;

/// <summary>One trace from the request to the bus message, and nothing in it that is nobody's business.</summary>
public sealed class TelemetryTests(BusApp app) : IClassFixture<BusApp>
{
    [Fact]
    public async Task the_trace_of_a_request_stands_in_the_bus_message()
    {
        await using var subscriber = await Subscriber.StartAsync(app.Broker.Url, ["access_token.minted.v1"]);
        var tokens = await BootstrapCommand.RunAsync(app.Host.Services, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        var trace = ActivityTraceId.CreateRandom().ToHexString();

        await SendAsync(app.Host, HttpMethod.Post, "/v1/auth/tokens", tokens["CONTROLPLANE_PLATFORM_TOKEN"], $"00-{trace}-00f067aa0ba902b7-01");

        (await subscriber.FirstAsync(message => message.Headers.GetValueOrDefault("cloudEvents:traceparent")?.Split('-')[1] == trace)).RoutingKey.ShouldBe("access_token.minted.v1");
    }

    [Fact]
    public async Task a_message_behind_the_outbox_goes_on_with_the_trace_it_was_sent_in()
    {
        var id = Ids.New("ain");
        await using (var session = app.Store.LightweightSession("ten_trace"))
        {
            session.Events.StartStream<AgentInstance>(
                id, new InstanceDrafted("helper@1", "sha256:0", "solo@1", null, new("Ann's helper"), id, new("{}"), new("{}"), "prn_owner"));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var subscriber = await Subscriber.StartAsync(app.Broker.Url, ["agent_instance.runtime_changed.v1"]);
        using var request = new Activity("request").Start();
        var report = new ControlPlane.Contracts.RuntimeReport([new(id, ControlPlane.Contracts.RuntimePhase.Running, 1, TimeProvider.System.GetUtcNow())]);
        using (var scope = app.Host.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().PublishAsync(report);
        }

        var message = await subscriber.FirstAsync(message => message["subject"] == id);
        message["traceparent"].Split('-')[1].ShouldBe(request.TraceId.ToHexString());
        message["traceparent"].ShouldNotBe(request.Id);
    }

    [Fact]
    public async Task spans_hold_patterns_instead_of_paths_and_never_a_credential()
    {
        var spans = new Spans();
        var connection = await Databases.CreateAsync();
        JasperFxEnvironment.AutoStartHost = true;
        await using var host = await AlbaHost.For<Program>(web =>
        {
            foreach (var (key, value) in BusApp.Settings(connection, ""))
            {
                web.UseSetting(key, value);
            }

            web.UseSetting("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
            web.ConfigureServices(services =>
            {
                services.RunWolverineInSoloMode();
                services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(spans));
            });
        });
        var tokens = await BootstrapCommand.RunAsync(host.Services, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        var token = tokens["CONTROLPLANE_PLATFORM_TOKEN"];
        var trace = ActivityTraceId.CreateRandom();
        var parent = $"00-{trace.ToHexString()}-00f067aa0ba902b7-01";

        await SendAsync(host, HttpMethod.Delete, "/v1/auth/tokens/pat_canary1?token=canary2", token, parent);
        await SendAsync(host, HttpMethod.Get, "/v1/canary3", token, parent);
        await SendAsync(host, HttpMethod.Post, "/v1/auth/tokens", token, parent, """{"name":"canary4"}""");

        await Until.TrueAsync(() => spans.Of(trace).Count(span => span.Kind == ActivityKind.Server) == 3);
        var told = spans.Of(trace).Select(Tell).ToArray();
        told.ShouldContain(span => span.Contains("http.route=/v1/auth/tokens/{id}", StringComparison.Ordinal) && span.Contains("url.path=/v1/auth/tokens/{id}", StringComparison.Ordinal));
        told.ShouldContain(span => span.Contains("db.", StringComparison.Ordinal));
        told.ShouldAllBe(span => !span.Contains("canary", StringComparison.Ordinal) && !span.Contains("ocp_pat_", StringComparison.Ordinal) && !span.Contains("Bearer", StringComparison.Ordinal));
    }

    private static string Tell(Activity span) =>
        $"{span.DisplayName} {string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))} {string.Join(' ', span.Events.SelectMany(e => e.Tags).Select(tag => $"{tag.Key}={tag.Value}"))}";

    private static async Task SendAsync(IAlbaHost host, HttpMethod method, string url, string token, string parent, string body = """{"name":"traced"}""")
    {
        using var client = host.Server.CreateClient();
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("traceparent", parent);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBeLessThan(500);
    }

    private sealed class Spans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<Activity> _ended = new();

        public IEnumerable<Activity> Of(ActivityTraceId trace) => _ended.Where(span => span.TraceId == trace);

        public override void OnEnd(Activity data) => _ended.Enqueue(data);
    }
}
