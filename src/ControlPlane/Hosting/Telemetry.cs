using System.Diagnostics;
using System.Net;
using System.Reflection;
using ControlPlane.Hosting.Bus;
using ControlPlane.Hosting.OpenApi;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ControlPlane.Hosting;

/// <summary>Traces and metrics. They leave by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; metrics can be scraped in any case.</summary>
public static class Telemetry
{
    private const string Wolverine = "Wolverine";

    /// <summary>The version of this build and the commit it was made of.</summary>
    public static (string Version, string? Commit) Build { get; } =
        typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+') is [var version, var commit]
            ? (version, commit)
            : (typeof(Telemetry).Assembly.GetName().Version!.ToString(3), null);

    /// <summary>The categories of the framework that log paths, which may hold a secret: whatever is configured, they only warn.</summary>
    public static IReadOnlyList<string> LogsOfPaths { get; } = ["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Routing"];

    public static void AddTelemetry(this WebApplicationBuilder builder, HostRole role)
    {
        foreach (var category in LogsOfPaths)
        {
            builder.Logging.AddFilter(category, LogLevel.Warning);
        }

        var exports = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        builder.Services.AddHostedService<BacklogMetrics>();
        builder.Services.AddSingleton(MetricsNetworks.Of(builder.Configuration["Metrics:Networks"]));
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(role == HostRole.Bus ? "control-plane-bus" : "control-plane", serviceVersion: Build.Version))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(RequestMetrics.Name, BacklogMetrics.Name, BusTelemetry.Name, Audit.SealTimer.Meter, "Marten", Wolverine + "*").AddRuntimeInstrumentation()
                    .AddView(WithoutTenants).AddPrometheusExporter();
                if (exports)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (exports)
        {
            telemetry.WithTracing(traces => traces.AddSources().AddOtlpExporter());
        }
        else
        {
            builder.Services.AddHostedService<Propagation>();
        }
    }

    // What a caller or a tenant names itself never becomes a label or stands in a span: patterns instead of paths, hosts instead of addresses.
    private static TracerProviderBuilder AddSources(this TracerProviderBuilder traces) => traces
        .AddSource(Wolverine, "Marten", BusTelemetry.Name)
        .AddNpgsql()
        .AddAspNetCoreInstrumentation(requests =>
        {
            requests.Filter = context => !context.Request.Path.StartsWithSegments("/healthz") && !context.Request.Path.StartsWithSegments("/metrics");
            requests.EnrichWithHttpRequest = (activity, _) => Hide(activity, null);
            requests.EnrichWithHttpResponse = (activity, response) => Hide(activity, RequestMetrics.RouteOf(response.HttpContext));
        })
        .AddHttpClientInstrumentation(calls => calls.EnrichWithHttpRequestMessage = (activity, request) =>
            activity.SetTag("url.full", request.RequestUri?.GetLeftPart(UriPartial.Authority)));

    private static void Hide(Activity activity, string? route)
    {
        activity.SetTag("url.path", route);
        activity.SetTag("url.query", null);
        activity.SetTag("user_agent.original", null);
        activity.SetTag("client.address", null);
    }

    private static MetricStreamConfiguration? WithoutTenants(System.Diagnostics.Metrics.Instrument instrument) => instrument.Meter.Name switch
    {
        ['W', 'o', 'l', 'v', 'e', 'r', 'i', 'n', 'e', ..] => new() { TagKeys = ["message.type", "exception.type"] },
        "Marten" => new() { TagKeys = ["event_type", "event.type"] },
        _ => null,
    };

    /// <summary>Keeps the trace id of a request through queues and handlers, so that events and bus messages tell it, also where no trace is recorded.</summary>
    private sealed class Propagation : IHostedService, IDisposable
    {
        private readonly ActivityListener _listener = new()
        {
            ShouldListenTo = source => source.Name == Wolverine,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) => ActivitySamplingResult.PropagationData,
        };

        public Task StartAsync(CancellationToken cancellationToken)
        {
            ActivitySource.AddActivityListener(_listener);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _listener.Dispose();
    }
}

/// <summary>Who may read the metrics: this machine, and the networks of <c>Metrics:Networks</c> (CIDR, separated by commas).</summary>
public sealed class MetricsNetworks(Networks networks)
{
    public static MetricsNetworks Of(string? configured) =>
        new(Networks.Parse((configured ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));

    /// <summary>The address of the connection decides; what a header says does not count.</summary>
    public bool Admit(IPAddress? address) =>
        address is not null && (IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) || networks.Contain(address));
}

public static class MetricsEndpoint
{
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics", null, branch => branch.Use(async (context, next) =>
    {
        if (context.RequestServices.GetRequiredService<MetricsNetworks>().Admit(context.Connection.RemoteIpAddress))
        {
            await next(context);
            return;
        }

        await context.WriteAsync(Problems.NotFound());
    }), null).WithMetadata(
        new OperationText("system", "getMetrics", "Figures of the service for Prometheus, to addresses that may have them.") { MediaType = "text/plain", Permission = "network" },
        new AnswersAttribute(404));
}
