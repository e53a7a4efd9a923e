using System.Diagnostics;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>What the service says of itself.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>unavailable</c>.</param>
/// <param name="UptimeSeconds">Since the process started.</param>
/// <param name="Checks">Each part that was looked at.</param>
public sealed record Health(string Status, long UptimeSeconds, IReadOnlyList<HealthCheck> Checks);

/// <summary>One part: whether it can be used, and how long it took to find out.</summary>
public sealed record HealthCheck(string Name, string Status, double LatencyMs);

public static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        var started = Stopwatch.GetTimestamp();
        app.MapMethods("/healthz/live", ["GET", "HEAD"], () => Results.Json(new { status = "ok" }));
        app.MapMethods("/healthz/ready", ["GET", "HEAD"], (Delegate)((HttpContext context) => CheckAsync(context, started)));
        app.MapMethods("/healthz", ["GET", "HEAD"], (Delegate)((HttpContext context) => CheckAsync(context, started)));
    }

    private static async Task<IResult> CheckAsync(HttpContext context, long started)
    {
        var database = await DatabaseAsync(context.RequestServices.GetRequiredService<NpgsqlDataSource>(), context.RequestAborted);
        var health = new Health(database.Status, (long)Stopwatch.GetElapsedTime(started).TotalSeconds, [database]);
        return Results.Json(health, Json.Http, statusCode: database.Status == "ok" ? 200 : 503);
    }

    private static async Task<HealthCheck> DatabaseAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellation);
            return new("database", "ok", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (NpgsqlException)
        {
            return new("database", "unavailable", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
