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
    private readonly string _database = $"test_{Guid.CreateVersion7():N}";

    public IAlbaHost Host { get; private set; } = null!;

    public string Connection { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Tokens { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var server = Servers.Postgres();
        await using (var admin = new NpgsqlConnection(server.ConnectionString))
        {
            await admin.OpenAsync();
            await using var create = new NpgsqlCommand($"create database {_database}", admin);
            await create.ExecuteNonQueryAsync();
        }

        server.Database = _database;
        Connection = server.ConnectionString;
        JasperFxEnvironment.AutoStartHost = true;
        Host = await AlbaHost.For<Program>(web =>
        {
            web.UseSetting("ConnectionStrings:Postgres", Connection);
            web.UseSetting("Sealing:KeyFile", Path.Combine(Path.GetTempPath(), $"{_database}.json"));
            web.UseSetting("Logging:LogLevel:Default", "Error");
            web.ConfigureServices(services => services.RunWolverineInSoloMode());
        });
        Tokens = await BootstrapCommand.RunAsync(Host.Services, new Dictionary<string, string>(), CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
