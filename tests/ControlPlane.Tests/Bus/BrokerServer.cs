using System.Diagnostics;

namespace ControlPlane.Tests.Bus;

/// <summary>A RabbitMQ node of one's own, which may be stopped.</summary>
public sealed class BrokerServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("broker-").FullName;

    /// <summary>Where it listens, the same after each start.</summary>
    public string Url { get; private set; } = "";

    public async Task StartAsync() => Url = (await RunAsync("start")).Trim();

    public Task StopAsync() => RunAsync("stop");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> RunAsync(string verb)
    {
        using var process = Process.Start(new ProcessStartInfo(Servers.Script(), ["rabbitmq", verb, _directory]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"RabbitMQ does not {verb}");
    }
}
