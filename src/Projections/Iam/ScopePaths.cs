namespace ControlPlane.Iam;

/// <summary>What a scope path leads to.</summary>
public enum ScopeKind
{
    Platform,
    Tenant,
    AgentInstance,
    Agent,
}

/// <summary>Scopes of roles as paths: <c>/</c>, <c>/tenants/{id}</c>, and below that one agent instance or one agent.</summary>
public static class ScopePaths
{
    public const string Everywhere = "/";

    public static string OfTenant(string tenant) => $"/tenants/{tenant}";

    public static string Of(ScopeKind kind, string tenant, string id) => kind switch
    {
        ScopeKind.Platform => Everywhere,
        ScopeKind.Tenant => OfTenant(id),
        ScopeKind.AgentInstance => $"{OfTenant(tenant)}/agent-instances/{id}",
        _ => $"{OfTenant(tenant)}/agents/{id}",
    };

    /// <summary>The tenant that the path lies in; null for what is everywhere.</summary>
    public static string? TenantOf(string path) => path.Split('/') is ["", "tenants", { Length: > 0 } tenant, ..] ? tenant : null;

    /// <summary>What the path leads to and the id of it; null where it is no scope path.</summary>
    public static (ScopeKind Kind, string? Id)? Read(string path) => path.Split('/') switch
    {
        ["", ""] => (ScopeKind.Platform, null),
        ["", "tenants", { Length: > 0 } tenant] => (ScopeKind.Tenant, tenant),
        ["", "tenants", { Length: > 0 }, "agent-instances", { Length: > 0 } instance] => (ScopeKind.AgentInstance, instance),
        ["", "tenants", { Length: > 0 }, "agents", { Length: > 0 } agent] => (ScopeKind.Agent, agent),
        _ => null,
    };
}
