using System.Reflection;
using ControlPlane.Hosting.OpenApi;
using Wolverine;
using Wolverine.Http;

namespace ControlPlane.Hosting;

/// <summary>Maps the slices: every endpoint gets its tenant from the caller and its body's type as metadata.</summary>
public static class Endpoints
{
    public static void MapSlices(this WebApplication app) => app.MapWolverineEndpoints(http =>
    {
        http.TenantId.DetectWith<CallerTenant>();
        http.WarmUpRoutes = RouteWarmup.Eager;
        http.AddMiddleware(typeof(CallerMiddleware), chain => chain.Method.HandlerType.GetMethods().SelectMany(method => method.GetParameters()).Any(p => p.ParameterType == typeof(Caller)));
        http.ConfigureEndpoints(chain =>
        {
            chain.Metadata.WithMetadata(new Slice(chain.Method.Method));
            if (chain is { HasRequestType: true, RequestType: { } body } && chain.Method.Method.GetCustomAttribute<RawBodyAttribute>() is null)
            {
                chain.Metadata.WithMetadata(new CommandType(body));
            }
        });
    });

    private sealed class CallerTenant : Wolverine.Http.Runtime.MultiTenancy.ITenantDetection
    {
        public ValueTask<string?> DetectTenant(HttpContext context) =>
            ValueTask.FromResult<string?>(context.Features.Get<Caller>()?.TenantId ?? Tenants.Tenant.Platform);
    }
}
