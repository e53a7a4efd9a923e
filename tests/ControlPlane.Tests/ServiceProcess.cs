using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests;

/// <summary>The service as it is started in production: a process with arguments, which may be killed and started again.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Func<Process> _start;
    private readonly ConcurrentQueue<string> _output = new();
    private Process _process;
    private bool _isKilled;

    private ServiceProcess(Func<Process> start, int port)
    {
        _start = start;
        _process = Launch();
        Client = new() { BaseAddress = new($"http://127.0.0.1:{port}") };
    }

    public HttpClient Client { get; }

    /// <summary>What it has printed since it was first started.</summary>
    public string Output => string.Join('\n', _output);

    public static async Task<ServiceProcess> StartAsync(string role, string connection, string broker, params (string Key, string Value)[] settings)
    {
        var port = FreePort();
        var service = new ServiceProcess(() => Start(role, connection, broker, port, settings), port);
        await service.ReadyAsync();
        return service;
    }

    /// <summary>Runs a command of it to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string role, string connection, string broker, params string[] command)
    {
        using var process = Start(role, connection, broker, FreePort(), [], command);
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(await output));
    }

    /// <summary>As <c>kill -9</c> does: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _isKilled = true;
    }

    /// <summary>Sends a signal by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Starts what was killed again, where it was before.</summary>
    public async Task RestartAsync()
    {
        _process = Launch();
        _isKilled = false;
        await ReadyAsync();
    }

    public async Task<HttpStatusCode> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public async Task<JsonNode> HealthAsync() => JsonNode.Parse(await Client.GetStringAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        if (!_isKilled)
        {
            await KillAsync();
        }

        Client.Dispose();
    }

    private Task ReadyAsync() => Until.TrueAsync(async () =>
    {
        _process.HasExited.ShouldBeFalse(Output);
        try
        {
            return await GetAsync("/healthz/ready") == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    private Process Launch()
    {
        var process = _start();
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Start(string role, string connection, string broker, int port, (string Key, string Value)[] settings, params string[] command)
    {
        // Whoever runs the tests may have had hangups ignored, which is inherited.
        var start = new ProcessStartInfo("env", ["--default-signal=HUP", "dotnet", typeof(Program).Assembly.Location, .. command, "--role", role])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(typeof(Program).Assembly.Location)!,
        };
        foreach (var (key, value) in BusApp.Settings(connection, broker).Concat(settings))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
