using Alba;
using ControlPlane.Iam;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;

[assembly: AssemblyFixture(typeof(ControlPlane.Tests.App))]

namespace ControlPlane.Tests;

/// <summary>The real host on a database of its own, shared by all tests.</summary>
public sealed class App : IAsyncLifetime
{
    public IAlbaHost Host { get; private set; } = null!;

    public string Connection { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Tokens { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Connection = await Databases.CreateAsync();
        Host = await StartAsync(Connection, _ => { });
        Tokens = await BootstrapCommand.RunAsync(Host.Services, new Dictionary<string, string>(), CancellationToken.None);
    }

    /// <summary>One more node on the database.</summary>
    public static Task<IAlbaHost> StartAsync(string connection, Action<IServiceCollection> services)
    {
        JasperFxEnvironment.AutoStartHost = true;
        return AlbaHost.For<Program>(web =>
        {
            web.UseSetting("ConnectionStrings:Postgres", connection);
            web.UseSetting("Sealing:KeyFile", Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(connection).Database}.json"));
            web.UseSetting("Logging:LogLevel:Default", "Error");
            web.ConfigureServices(configured =>
            {
                configured.RunWolverineInSoloMode();
                services(configured);
            });
        });
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
