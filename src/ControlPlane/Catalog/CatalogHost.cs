namespace ControlPlane.Catalog;

/// <summary>Brings the catalog into the host. A bad one stops the start.</summary>
public static class CatalogHost
{
    public static void AddCatalog(this WebApplicationBuilder builder)
    {
        var folder = FolderOf(builder.Configuration["Catalog:Path"], builder.Environment);

        // The files are read while the rest of the host is being built, so that they don't lengthen the start.
        var reading = Task.Run(() => CatalogLoader.Load(folder, CatalogKinds.Shipped, TimeProvider.System.GetUtcNow()));
        builder.Services.AddSingleton(new CatalogSettings(folder, VersionsAreFinal: !builder.Environment.IsDevelopment()));
        builder.Services.AddSingleton(CatalogKinds.Shipped);
        builder.Services.AddSingleton(_ => new CatalogStore(reading.GetAwaiter().GetResult().Require()));
        builder.Services.AddHostedService<CatalogStart>();
    }

    /// <summary>Writes down what the catalog holds, and takes it again when it has changed.</summary>
    public static void AddCatalogReload(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CatalogLedger>();
        builder.Services.AddSingleton<CatalogReload>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CatalogReload>());
    }

    /// <summary>The folder that is configured; else <c>catalog</c> beside the content root, above it in development, or beside the program.</summary>
    public static string FolderOf(string? configured, IHostEnvironment environment)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            return Path.GetFullPath(configured, environment.ContentRootPath);
        }

        var beside = Path.Combine(environment.ContentRootPath, "catalog");
        var sources = environment.IsDevelopment() ? Sources(environment.ContentRootPath) : [];
        return new[] { beside }.Concat(sources).FirstOrDefault(Directory.Exists, Path.Combine(AppContext.BaseDirectory, "catalog"));
    }

    private static IEnumerable<string> Sources(string path)
    {
        for (var folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
            {
                yield return Path.Combine(folder.FullName, "catalog");
            }
        }
    }

    /// <summary>Asks for the catalog before any other service starts.</summary>
    private sealed class CatalogStart(IServiceProvider services) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.FromResult(services.GetRequiredService<CatalogStore>());

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
