using Alba;
using ControlPlane.Iam;
using JasperFx.CommandLine;
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
        JasperFxEnvironment.AutoStartHost = true;
        Host = await AlbaHost.For<Program>(web =>
        {
            web.UseSetting("ConnectionStrings:Postgres", Connection);
            web.UseSetting("Sealing:KeyFile", Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(Connection).Database}.json"));
            web.UseSetting("Logging:LogLevel:Default", "Error");
            web.ConfigureServices(services => services.RunWolverineInSoloMode());
        });
        Tokens = await BootstrapCommand.RunAsync(Host.Services, new Dictionary<string, string>(), CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
