using ControlPlane.Tenants;
using Marten;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>The tenants, as they were a second ago at most: for what every request has to know of its tenant.</summary>
public sealed class TenantDirectory(IDocumentStore store, NpgsqlDataSource database, TimeProvider time)
{
    private readonly WatchedMemory<Tenant> _tenants = new(time, tenant => tenant.Id);

    public ValueTask<Tenant?> FindAsync(string tenant, CancellationToken cancellation) => _tenants.GetAsync(tenant, LoadAsync, cancellation);

    /// <summary>The tier of the tenant; that of a customer who has not paid yet where nothing is known of it.</summary>
    public async ValueTask<Tier> TierOfAsync(string tenant, CancellationToken cancellation) => (await FindAsync(tenant, cancellation))?.Tier ?? Tier.Solo;

    /// <summary>Forgets a tenant that this node has just changed.</summary>
    public void Forget(string tenant) => _tenants.Forget(tenant);

    /// <summary>Forgets what has changed in the database; what is left is good for another few seconds.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        _tenants.Watched(asked, await database.ChangedAsync("tenant", cancellation));
    }

    private async Task<Tenant?> LoadAsync(string tenant, CancellationToken cancellation)
    {
        await using var session = store.QuerySession(tenant);
        return await session.LoadAsync<Tenant>(tenant, cancellation);
    }
}
