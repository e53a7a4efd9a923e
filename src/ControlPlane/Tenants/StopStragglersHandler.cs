using ControlPlane.Hosting;
using Marten;

namespace ControlPlane.Tenants;

/// <summary>Stops what was started by a request that a node took before it knew of the tombstone.</summary>
public sealed record StopStragglers(string TenantId, string OperationId);

public static class StopStragglersHandler
{
    public static async Task<Writes> Handle(StopStragglers message, IQuerySession session, Lifecycles lifecycles, CancellationToken cancellation) =>
        (await session.LoadAsync<Tenant>(message.TenantId, cancellation))?.IsAt(message.OperationId, TenantState.Tombstoned) == true
            ? new((await lifecycles.StopAsync(session, Actors.System, cancellation)).Writes)
            : new();
}
