using ControlPlane.AgentInstances;
using ControlPlane.Iam;
using ControlPlane.Signup;
using ControlPlane.Tenants;

namespace ControlPlane.Hosting.Bus;

public static class BusRegistration
{
    /// <summary>Everything that the areas announce.</summary>
    public static AnnouncementMap Announcements { get; } = new AnnouncementMap().AddSignup().AddTenants().AddIam().AddAgentInstances();

    /// <summary>The bus; without a broker in the configuration there is none.</summary>
    public static void AddBus(this WebApplicationBuilder builder)
    {
        var settings = BusSettings.Of(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(Announcements);
        builder.Services.AddSingleton<BusTelemetry>();
        builder.Services.AddSingleton<RuntimeReports>();
        if (settings.Url.Length > 0)
        {
            builder.Services.AddHostedService<BusSupervisor>();
        }
    }
}
