using ControlPlane.Audit;
using ControlPlane.Catalog;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using JasperFx;
using JasperFx.Events.Daemon;
using JasperFx.Resources;
using Marten;
using Npgsql;
using Weasel.Postgresql.Functions;
using Wolverine.Marten;

namespace ControlPlane.Hosting;

/// <summary>The event store of the API host, its daemon and the keys it seals with.</summary>
public static class Storage
{
    /// <summary>What every role opens the store with.</summary>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var isDevelopment = !builder.Environment.IsProduction();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => Database(builder.Configuration));
        services.AddSingleton(_ => MasterKeys.Load(KeyFileOf(builder.Configuration), mayCreate: isDevelopment));
        services.AddSingleton<KeyRing>();
        services.AddSingleton<Sealing.Sealer>();
        services.AddHostedService<CacheWatch>();
        services.AddHttpContextAccessor();
        services.AddSingleton<DaemonWakeup>();
        services.AddHostedService(provider => provider.GetRequiredService<DaemonWakeup>());
    }

    /// <summary>The store of the API host, with its daemon and what reads it.</summary>
    public static void AddStore(this WebApplicationBuilder builder)
    {
        // It reports every lost race as an error; what matters of it is told by whoever had it thrown at him.
        builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.Critical);
        var services = builder.Services;
        services.AddSingleton<History>();
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<TokenChecks>();
        services.AddSingleton<Iam.TokenUses>();
        services.AddHostedService<Iam.TokenUseWriter>();
        services.AddSingleton<AgentInstances.RuntimeReports>();
        var isDevelopment = !builder.Environment.IsProduction();
        services.AddSingleton(_ => new Signer(SigningKeys.PathOf(builder.Configuration), mayCreate: isDevelopment));
        services.AddSingleton(provider => new Cursors(provider.GetRequiredService<MasterKeys>().Derive("cursors")));
        AddDefaults(services, "control-plane");
        var marten = services.AddMarten(Options)
        .UseNpgsqlDataSource()
        .UseLightweightSessions()
        .IntegrateWithWolverine(wolverine => wolverine.MessageStorageSchemaName = "wolverine")
        .AddAsyncDaemon(DaemonMode.ExternallyManaged);
        services.AddHostedService<AsyncProjections>();
        if (!builder.Environment.IsProduction())
        {
            services.AddResourceSetupOnStartup();
        }
        else
        {
            marten.AssertDatabaseMatchesConfigurationOnStartup();
        }
    }

    /// <summary>The settings that every host of ours has in common.</summary>
    public static void AddDefaults(IServiceCollection services, string serviceName) => services.CritterStackDefaults(critter =>
    {
        critter.ServiceName = serviceName;
        critter.ApplicationAssembly = typeof(Storage).Assembly;
        critter.Production.GeneratedCodeMode = JasperFx.CodeGeneration.TypeLoadMode.Static;
        critter.Production.AssertAllPreGeneratedTypesExist = true;
        critter.Production.ResourceAutoCreate = AutoCreate.None;
    });

    /// <summary>The store as every host opens it.</summary>
    public static StoreOptions Options(IServiceProvider provider)
    {
        var store = new StoreOptions();
        store.AddControlPlane(provider.GetRequiredService<KeyRing>(), TermsOf(provider.GetRequiredService<CatalogStore>()));
        store.Storage.ExtendedSchemaObjects.Add(Idempotency.Table());
        store.Storage.ExtendedSchemaObjects.Add(Iam.TokenUses.Table());
        store.Storage.ExtendedSchemaObjects.AddRange(Quotas.Functions().Select(function =>
            new Function(new Weasel.Postgresql.PostgresqlObjectName(StoreModel.Schema, function.Name, Weasel.Postgresql.SchemaUtils.IdentifierUsage.General), function.Body)));
        store.Listeners.Add(ActivatorUtilities.CreateInstance<CommitListener>(provider));
        store.Listeners.Add(new WakeAfterCommit(provider.GetRequiredService<DaemonWakeup>()));
        return store;
    }

    private static TrailTerms TermsOf(CatalogStore catalog) => new(
        (policy, start) => catalog.Newest<RetentionPolicy>(policy)!.Spec.Duration.After(start),
        () => [.. catalog.All<RetentionPolicy>().Where(policy => policy.Spec.Floor is not null).Select(policy => policy.Name).Distinct()]);

    /// <summary>Where the key-encryption keys are.</summary>
    public static string KeyFileOf(IConfiguration configuration) => configuration["Sealing:KeyFile"] ?? ".local/keys.json";

    private static NpgsqlDataSource Database(IConfiguration configuration)
    {
        var connection = new NpgsqlConnectionStringBuilder(
            configuration.GetConnectionString("Postgres") ?? throw new InvalidOperationException("ConnectionStrings:Postgres is not set"));
        if (!connection.ContainsKey("Maximum Pool Size"))
        {
            connection.MaxPoolSize = 60;
        }

        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 60;
        connection.ApplicationName = "control-plane";
        return NpgsqlDataSource.Create(connection.ConnectionString);
    }
}
