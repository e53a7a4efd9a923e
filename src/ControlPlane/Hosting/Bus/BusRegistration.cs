using ControlPlane.AgentInstances;
using ControlPlane.Audit;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Iam;
using ControlPlane.Signup;
using ControlPlane.Tenants;
using JasperFx.CommandLine.Descriptions;

namespace ControlPlane.Hosting.Bus;

public static class BusRegistration
{
    /// <summary>Everything that the areas announce.</summary>
    public static AnnouncementMap Announcements { get; } = new AnnouncementMap().AddCatalog().AddSignup().AddTenants().AddIam().AddAgentInstances().AddBilling().AddAudit();

    /// <summary>The bus; without a broker in the configuration there is none, and in the role <c>api</c> another process runs it.</summary>
    public static void AddBus(this WebApplicationBuilder builder, HostRole role)
    {
        var settings = BusSettings.Of(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(Announcements);
        builder.Services.AddSingleton<BusTelemetry>();
        if (settings.Url.Length == 0)
        {
            return;
        }

        builder.Services.AddSingleton<ISystemPart, BusStorage>();
        if (role != HostRole.Api)
        {
            builder.Services.AddHostedService<BusSupervisor>();
        }
    }
}
