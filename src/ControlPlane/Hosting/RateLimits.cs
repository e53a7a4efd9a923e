using System.Globalization;
using System.Threading.RateLimiting;

namespace ControlPlane.Hosting;

/// <summary>How many requests a minute one token, or on public operations one address, may make.</summary>
public sealed class RateLimitSettings
{
    public int PerToken { get; set; } = 6000;

    public int PerAddress { get; set; } = 120;
}

/// <summary>Limits by token and address, told in the fields of the IETF draft "RateLimit header fields for HTTP".</summary>
public sealed class RateLimits(RateLimitSettings settings) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly PartitionedRateLimiter<(bool Public, string Key)> _limiter = PartitionedRateLimiter.Create<(bool Public, string Key), string>(who =>
        RateLimitPartition.GetTokenBucketLimiter((who.Public ? "a" : "t") + who.Key, _ =>
        {
            var perMinute = who.Public ? settings.PerAddress : settings.PerToken;
            return new()
            {
                TokenLimit = perMinute,
                TokensPerPeriod = Math.Max(1, perMinute / 60),
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                AutoReplenishment = true,
            };
        }));

    private readonly string _perToken = Policy(settings.PerToken);
    private readonly string _perAddress = Policy(settings.PerAddress);

    /// <summary>Counts the request; false after it answered 429.</summary>
    public async Task<bool> AdmitAsync(HttpContext context)
    {
        var caller = context.Features.Get<Caller>();
        var who = (caller is null, caller?.TokenId ?? context.Connection.RemoteIpAddress?.ToString() ?? "");
        using var lease = _limiter.AttemptAcquire(who);
        var remaining = _limiter.GetStatistics(who)?.CurrentAvailablePermits ?? 0;
        context.Response.Headers["RateLimit-Policy"] = caller is null ? _perAddress : _perToken;
        context.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={remaining};t=1");
        if (lease.IsAcquired)
        {
            return true;
        }

        context.Response.Headers.RetryAfter = "1";
        await context.WriteAsync(Problems.Because(429, "rate_limited", "Too many requests", null, ("retryable", true)));
        return false;
    }

    private static string Policy(int quota) => string.Create(CultureInfo.InvariantCulture, $"\"default\";q={quota};w={(int)Window.TotalSeconds}");

    public void Dispose() => _limiter.Dispose();
}

public static class RateLimiting
{
    public static void UseRateLimits(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<RateLimits>();
        app.Use(async (context, next) =>
        {
            var limited = context.GetEndpoint()?.Metadata.GetMetadata<AccessAttribute>() is not null;
            if (!limited || await limits.AdmitAsync(context))
            {
                await next(context);
            }
        });
    }
}
