using OutsideWorld.Control;
using OutsideWorld.Faults;
using OutsideWorld.Providers.Postmark;
using OutsideWorld.Providers.Stripe;
using OutsideWorld.Traffic;

namespace OutsideWorld;

/// <summary>The outside world on loopback: every provider the platform talks to, in one process.</summary>
public sealed class Sandbox : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IReadOnlyList<IProvider> _providers;

    private Sandbox(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => Json.Shape(json.SerializerOptions));
        _app = builder.Build();
        _providers = [new StripeProvider(Clock), new PostmarkProvider(Clock)];
        Mount();
    }

    /// <summary>The time that every provider goes by.</summary>
    public SandboxClock Clock { get; } = new();

    /// <summary>Where the sandbox listens, without a trailing slash.</summary>
    public string BaseUrl => _app.Urls.Single();

    /// <summary>For Stripe.net's <c>ApiBase</c>.</summary>
    public string StripeApiBase => BaseUrl + "/stripe";

    /// <summary>Stands for <c>https://api.postmarkapp.com</c>.</summary>
    public string PostmarkBaseUrl => BaseUrl + "/postmark";

    /// <summary>Starts a sandbox of one's own; port 0 takes any free one.</summary>
    public static async Task<Sandbox> StartAsync(int port = 0)
    {
        var sandbox = Create([$"--urls=http://127.0.0.1:{port}"], LogLevel.Error);
        await sandbox._app.StartAsync();
        return sandbox;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var provider in _providers)
            await provider.DisposeAsync();
    }

    // An empty builder: beside a service under test, its settings files and environment must not reach the sandbox.
    internal static Sandbox Create(string[] args, LogLevel level)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddCommandLine(args);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(level).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:8090");
        return new Sandbox(builder);
    }

    internal Task RunAsync() => _app.RunAsync();

    private void Mount()
    {
        _app.UseControlErrors();
        _app.MapClock(Clock);
        foreach (var provider in _providers)
        {
            var desk = new FrontDesk(provider, Clock, _app.Lifetime.ApplicationStopping);
            _app.MapWhen(context => provider.Owns(context.Request.Path, out _), desk.Serve);
            _app.MapProvider(desk);
        }
    }
}
