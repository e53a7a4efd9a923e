using Microsoft.Extensions.DependencyInjection.Extensions;
using Wolverine.Http;

namespace ControlPlane.Hosting;

/// <summary>The HTTP side of the API host.</summary>
public static class Api
{
    public static void AddKestrelLimits(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    });

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddWolverineHttp();
        builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        builder.Services.AddSingleton(builder.Configuration.GetSection("RateLimits").Get<RateLimitSettings>() ?? new());
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<Catalog.CatalogReads>();
        builder.Services.AddHostedService<ExpiredAnswers>();
        builder.Services.Scan();
    }

    // Every way to show a resource, by what it shows.
    private static void Scan(this IServiceCollection services)
    {
        foreach (var type in typeof(Api).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false }))
        {
            foreach (var shows in type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IShow<>)))
            {
                services.TryAddSingleton(type);
                services.AddSingleton(shows, provider => provider.GetRequiredService(type));
            }
        }
    }
}
