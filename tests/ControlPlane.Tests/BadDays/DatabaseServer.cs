using System.Diagnostics;
using Npgsql;

namespace ControlPlane.Tests.BadDays;

/// <summary>A PostgreSQL of one's own that keeps what it has committed, and may be stopped or killed.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("postgres-").FullName;

    /// <summary>Its only database, on the same port after each start.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; private set; } = null!;

    public async Task StartAsync() => Connection = Servers.Postgres(new((await RunAsync("start")).Trim()));

    /// <summary>In good order: whoever is connected is told and sent away.</summary>
    public Task StopAsync() => RunAsync("stop");

    /// <summary>As a power cut does.</summary>
    public Task KillAsync() => RunAsync("kill");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> RunAsync(string verb)
    {
        using var process = Process.Start(new ProcessStartInfo(Servers.Script(), ["postgres", verb, _directory]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"PostgreSQL does not {verb}");
    }
}
