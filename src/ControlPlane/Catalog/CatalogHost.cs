namespace ControlPlane.Catalog;

/// <summary>Brings the catalog into the host: read once, before anything else starts; a bad one stops the start.</summary>
public static class CatalogHost
{
    public static IServiceCollection AddCatalog(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(CatalogKinds.Shipped)
        .AddSingleton(provider =>
        {
            var folder = Folder(configuration["Catalog:Path"], provider.GetRequiredService<IHostEnvironment>());
            var now = (provider.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
            return new CatalogStore(CatalogLoader.Load(folder, provider.GetRequiredService<CatalogKinds>(), now).Require());
        })
        .AddHostedService<CatalogStart>();

    /// <summary>The folder that is configured; else <c>catalog</c> beside the content root, above it in development, or beside the program.</summary>
    private static string Folder(string? configured, IHostEnvironment environment)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return Path.GetFullPath(configured, environment.ContentRootPath);

        var beside = Path.Combine(environment.ContentRootPath, "catalog");
        var shipped = Path.Combine(AppContext.BaseDirectory, "catalog");
        var sources = environment.IsDevelopment() ? Above(environment.ContentRootPath) : [];
        return new[] { beside }.Concat(sources).FirstOrDefault(Directory.Exists, shipped);
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
                yield return Path.Combine(folder.FullName, "catalog");
    }

    private sealed class CatalogStart(IServiceProvider services) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<CatalogStore>();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
