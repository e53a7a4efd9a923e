using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Tenants;

public static class GetTenantEndpoint
{
    /// <summary>Read a tenant: where it stands, and the deletion that is in progress with its steps.</summary>
    [WolverineGet("/v1/tenants/{id}"), Requires("tenant:read"), WhileLeaving, Extension]
    public static async Task<Resource<TenantView>> Get(string id, IQuerySession session, TenantViews views, CancellationToken cancellation) =>
        new(await views.LoadAsync(id, session, cancellation));
}
