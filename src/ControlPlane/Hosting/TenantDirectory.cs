using System.Collections.Concurrent;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Hosting;

/// <summary>Which tenants exist, remembered once seen: a tenant's id is never given twice.</summary>
public sealed class TenantDirectory(IDocumentStore store)
{
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    public async ValueTask<bool> ExistsAsync(string tenant, CancellationToken cancellation)
    {
        if (_seen.ContainsKey(tenant))
        {
            return true;
        }

        await using var session = store.QuerySession(tenant);
        return await session.LoadAsync<Tenant>(tenant, cancellation) is not null && (_seen[tenant] = true);
    }
}
