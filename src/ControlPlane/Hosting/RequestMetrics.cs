using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ControlPlane.Hosting;

/// <summary>How long requests take, by route template, method and status class: nothing that a caller can choose freely becomes a label.</summary>
public static class RequestMetrics
{
    public const string Name = "ControlPlane.Requests";

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "controlplane.http.request.duration", "s", "From the first byte of a request to the last of its answer",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120] });

    private static readonly string[] Classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    public static void UseRequestMetrics(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Duration.Record(
                Stopwatch.GetElapsedTime(start).TotalSeconds,
                new("route", RouteOf(context) ?? "none"),
                new("method", MethodOf(context.Request.Method)),
                new("status", Classes[context.Response.StatusCode / 100 % Classes.Length]));
        }
    });

    /// <summary>The pattern that the request has matched: a path may hold a secret, its pattern can't.</summary>
    public static string? RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;

    private static string MethodOf(string method) => method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";
}
