using System.Globalization;
using System.Threading.RateLimiting;

namespace ControlPlane.Hosting;

/// <summary>How many requests a minute one token, or where there is none one address, may make.</summary>
public sealed class RateLimitSettings
{
    public int PerToken { get; set; } = 6000;

    public int PerAddress { get; set; } = 120;

    /// <summary>By address, where a provider signs what it sends: it sends much from few.</summary>
    public int PerProvider { get; set; } = 12_000;
}

/// <summary>Limits by token and address, told in the fields of the IETF draft "RateLimit header fields for HTTP".</summary>
public sealed class RateLimits(RateLimitSettings settings) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly PartitionedRateLimiter<(Limited By, string Key)> _limiter = PartitionedRateLimiter.Create<(Limited By, string Key), (Limited, string)>(who =>
        RateLimitPartition.GetTokenBucketLimiter(who, _ =>
        {
            var perMinute = QuotaOf(settings, who.By);
            return new()
            {
                TokenLimit = perMinute,
                TokensPerPeriod = Math.Max(1, perMinute / 60),
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                AutoReplenishment = true,
            };
        }));

    private readonly string[] _policies = [.. Enum.GetValues<Limited>().Select(by => string.Create(
        CultureInfo.InvariantCulture, $"\"default\";q={QuotaOf(settings, by)};w={(int)Window.TotalSeconds}"))];

    private enum Limited
    {
        Token,
        Address,
        Provider,
    }

    /// <summary>Counts the request; false after it answered 429.</summary>
    public async Task<bool> AdmitAsync(HttpContext context)
    {
        var who = WhoOf(context);
        using var lease = _limiter.AttemptAcquire(who);
        var remaining = _limiter.GetStatistics(who)?.CurrentAvailablePermits ?? 0;
        context.Response.Headers["RateLimit-Policy"] = _policies[(int)who.By];
        context.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={remaining};t=1");
        if (lease.IsAcquired)
        {
            return true;
        }

        context.Response.Headers.RetryAfter = "1";
        await context.WriteAsync(Problems.Because(429, "rate_limited", "Too many requests", null, ("retryable", true)));
        return false;
    }

    private static (Limited By, string Key) WhoOf(HttpContext context) => context.Features.Get<Caller>() is { } caller
        ? (Limited.Token, caller.TokenId)
        : (context.GetEndpoint()?.Metadata.GetMetadata<AccessAttribute>() is SignedAttribute ? Limited.Provider : Limited.Address,
            context.Connection.RemoteIpAddress?.ToString() ?? "");

    private static int QuotaOf(RateLimitSettings settings, Limited by) => by switch
    {
        Limited.Token => settings.PerToken,
        Limited.Address => settings.PerAddress,
        _ => settings.PerProvider,
    };

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
