using System.Diagnostics;
using ControlPlane.Catalog;
using ControlPlane.Hosting.Bus;
using ControlPlane.Hosting.OpenApi;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>What the service says of itself.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>unavailable</c>.</param>
/// <param name="Version">The version of this build.</param>
/// <param name="Commit">The commit that it was made of.</param>
/// <param name="UptimeSeconds">Since the process started.</param>
/// <param name="Checks">Each part that was looked at.</param>
public sealed record Health(string Status, string Version, string? Commit, long UptimeSeconds, IReadOnlyList<HealthCheck> Checks);

/// <summary>One part: whether it can be used, and how long it took to find out.</summary>
/// <param name="Name"><c>database</c>, <c>bus</c>, <c>projections</c>, <c>outbox</c> or <c>catalog</c>.</param>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>unavailable</c>.</param>
/// <param name="LatencyMs">How long it took to find out.</param>
/// <param name="Detail">What was found, without names of hosts.</param>
public sealed record HealthCheck(string Name, string Status, double LatencyMs, string? Detail);

/// <summary>That the process answers.</summary>
/// <param name="Status"><c>ok</c>.</param>
public sealed record Liveness(string Status);

public static class HealthEndpoints
{
    private const string Ok = "ok";
    private const string Degraded = "degraded";
    private const string Unavailable = "unavailable";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxLag = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxUnsent = TimeSpan.FromMinutes(5);

    public static void MapHealth(this WebApplication app)
    {
        var started = Stopwatch.GetTimestamp();
        app.MapMethods("/healthz/live", ["GET", "HEAD"], () => Results.Json(new Liveness(Ok), Json.Http))
            .WithMetadata(new OperationText("system", "getLiveness", "The process is alive.", typeof(Liveness)), new ExtensionAttribute());
        app.MapMethods("/healthz/ready", ["GET", "HEAD"], (Delegate)((HttpContext context) => AnswerAsync(context, started, [DatabaseAsync, CatalogAsync])))
            .WithMetadata(new OperationText("system", "getReadiness", "The process can serve.", typeof(Health)), new AnswersAttribute(503), new ExtensionAttribute());
        app.MapMethods("/healthz", ["GET", "HEAD"], (Delegate)((HttpContext context) => AnswerAsync(
            context, started, [DatabaseAsync, BusAsync, ProjectionsAsync, OutboxAsync, CatalogAsync])))
            .WithMetadata(new OperationText("system", "getHealth", "Whether the process, its database and what else it needs are in order.", typeof(Health)), new AnswersAttribute(503));
    }

    private delegate Task<(string Status, string? Detail)> Look(Looked looked);

    private static async Task<IResult> AnswerAsync(HttpContext context, long started, Look[] looks)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        var looked = new Looked(context.RequestServices, patience.Token);
        var checks = await Task.WhenAll(looks.Select(look => CheckAsync(look, looked)));
        var status = checks.Any(check => check.Status == Unavailable) ? Unavailable : checks.Any(check => check.Status == Degraded) ? Degraded : Ok;
        var health = new Health(status, Telemetry.Build.Version, Telemetry.Build.Commit, (long)Stopwatch.GetElapsedTime(started).TotalSeconds, checks);
        return Results.Json(health, Json.Http, statusCode: status == Unavailable ? 503 : 200);
    }

    private static async Task<HealthCheck> CheckAsync(Look look, Looked looked)
    {
        var start = Stopwatch.GetTimestamp();
        var name = look.Method.Name[..^"Async".Length].ToLowerInvariant();
        try
        {
            var (status, detail) = await look(looked);
            return new(name, status, Elapsed(), detail);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // Only what nothing works without makes the service unusable; of the rest it merely isn't known.
            return look == DatabaseAsync ? new(name, Unavailable, Elapsed(), "no answer") : new(name, Degraded, Elapsed(), "unknown");
        }

        double Elapsed() => Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1);
    }

    private static async Task<(string, string?)> DatabaseAsync(Looked looked)
    {
        await using var command = looked.Database.CreateCommand("select 1");
        await command.ExecuteScalarAsync(looked.Cancellation);
        return (Ok, null);
    }

    // Everything waits in the store while the broker is away.
    private static async Task<(string, string?)> BusAsync(Looked looked)
    {
        var isOurs = looked.Services.GetServices<IHostedService>().OfType<BusSupervisor>().Any();
        return looked.Services.GetRequiredService<BusSettings>().Url.Length == 0 ? (Degraded, "no broker is configured")
            : isOurs && !looked.Services.GetRequiredService<BusTelemetry>().IsUp ? (Degraded, "the broker can't be reached")
            : (await looked.BacklogAsync).Bus is not { } bus ? (isOurs ? Ok : Degraded, "nothing was published yet")
            : (bus.Age > MaxLag ? Degraded : Ok, Backlog.Tell(bus));
    }

    private static async Task<(string, string?)> ProjectionsAsync(Looked looked)
    {
        var lags = (await looked.BacklogAsync).Projections.ToArray();
        return (lags.Any(lag => lag.Age > MaxLag) ? Degraded : Ok, lags.MaxBy(lag => lag.Age) is { } worst ? Backlog.Tell(worst) : "none");
    }

    private static async Task<(string, string?)> OutboxAsync(Looked looked)
    {
        var backlog = await looked.BacklogAsync;
        var oldest = backlog.OldestUnsent ?? TimeSpan.Zero;
        return (oldest > MaxUnsent ? Degraded : Ok, string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"oldest {oldest.TotalSeconds:0.0} s, dead letters {backlog.DeadLetters}"));
    }

    // A bad catalog stops the start, so whoever answers has a good one.
    private static Task<(string, string?)> CatalogAsync(Looked looked) =>
        Task.FromResult<(string, string?)>((Ok, $"loaded {looked.Services.GetRequiredService<CatalogStore>().Current.LoadedAt.UtcDateTime:O}"));

    /// <summary>What the checks of one answer share.</summary>
    private sealed class Looked(IServiceProvider services, CancellationToken cancellation)
    {
        public IServiceProvider Services => services;

        public CancellationToken Cancellation => cancellation;

        public NpgsqlDataSource Database { get; } = services.GetRequiredService<NpgsqlDataSource>();

        public Task<Backlog> BacklogAsync => field ??= Backlog.ReadAsync(Database, cancellation);
    }
}
