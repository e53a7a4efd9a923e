using ControlPlane.AgentInstances;
using Marten;

namespace ControlPlane.Iam;

/// <summary>What scopes lead to.</summary>
public static class ScopeTargets
{
    /// <summary>Whether there is something in the tenant at the path, to hold a role for.</summary>
    public static async Task<bool> IsThereAsync(this IQuerySession session, string scope, CancellationToken cancellation) => ScopePaths.Read(scope) switch
    {
        (ScopeKind.AgentInstance, { } instance) => await session.LoadAsync<InstanceCard>(instance, cancellation) is not null,
        (ScopeKind.Agent, _) => false,
        _ => true,
    };
}
