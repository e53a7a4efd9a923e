using ControlPlane.AgentInstances;
using JasperFx.Events.Daemon;
using JasperFx.Resources;
using Marten;
using Npgsql;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Hosting.Bus;

/// <summary>
/// The host of the bus: a Wolverine of its own, for one that knows RabbitMQ does not start without it, and a store whose
/// daemon runs the bus subscription alone. Database, keys and logs are those of the host around it.
/// </summary>
public static class BusHost
{
    public const string EnvelopeSchema = "wolverine_bus";

    public static IHost Build(IServiceProvider outer)
    {
        var settings = outer.GetRequiredService<BusSettings>();
        var environment = outer.GetRequiredService<IHostEnvironment>();
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment.EnvironmentName, ApplicationName = environment.ApplicationName });
        var services = builder.Services;
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(outer.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(outer.GetRequiredService<TimeProvider>());
        services.AddSingleton(outer.GetRequiredService<NpgsqlDataSource>());
        services.AddSingleton(outer.GetRequiredService<BusTelemetry>());
        services.AddSingleton(settings);
        services.AddSingleton<BusPublisher>();
        services.AddSingleton<RuntimeReports>();
        Hosting.Storage.AddDefaults(services, "control-plane-bus");
        services.AddMarten(inner =>
            {
                var store = Hosting.Storage.Options(outer);
                store.Projections.Wakeup = outer.GetRequiredService<DaemonWakeup>().ForDaemon();
                store.Projections.Subscribe(new BusSubscription(
                    outer.GetRequiredService<AnnouncementMap>(), inner.GetRequiredService<BusPublisher>(), settings));
                // What can't be published stops the bus and is seen; skipping it would lose it.
                store.Projections.Errors.SkipApplyErrors = store.Projections.Errors.SkipSerializationErrors = store.Projections.Errors.SkipUnknownEvents = false;
                return store;
            })
            .UseNpgsqlDataSource()
            .UseLightweightSessions()
            .IntegrateWithWolverine(wolverine => wolverine.MessageStorageSchemaName = EnvelopeSchema)
            .AddAsyncDaemon(DaemonMode.ExternallyManaged);
        if (!environment.IsProduction())
        {
            services.AddResourceSetupOnStartup();
        }

        builder.UseWolverine(wolverine =>
        {
            Messaging.Configure(wolverine);
            wolverine.Discovery.DisableConventionalDiscovery().IncludeType(typeof(RuntimeReportHandler));
            Topology.Declare(wolverine, settings);
        });

        // Last, for it publishes to what Wolverine declares.
        services.AddHostedService<BusDaemon>();
        return builder.Build();
    }

    /// <summary>Signals are for the host around this one.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
