namespace ControlPlane.Tenants;

public static class TenantsHost
{
    public static void AddTenants(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<CertificateTokens>();
        services.AddSingleton<TenantViews>();
        services.AddSingleton<Lifecycles>();
        services.AddSingleton<AreaLifecycle, Lifecycle>();
        services.AddSingleton<AreaLifecycle, Iam.Lifecycle>();
        services.AddSingleton<AreaLifecycle, Signup.Lifecycle>();
        services.AddSingleton<AreaLifecycle, Billing.Lifecycle>();
        services.AddSingleton<AreaLifecycle, AgentInstances.Lifecycle>();
        services.AddSingleton<AreaLifecycle, Audit.Lifecycle>();
    }
}
