using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bench;

/// <summary>One of those who are compared: a process of its own with a port of its own.</summary>
public sealed class Server : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    private Server(string name, Process process, Uri url) => (Name, _process, Url) = (name, process, url);

    public string Name { get; }

    public Uri Url { get; }

    /// <summary>From the start of the process to the first 200.</summary>
    public TimeSpan StartedAfter { get; private init; }

    public double ResidentMegabytes =>
        long.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;

    public double CpuSeconds => CpuSecondsOf(_process.Id);

    public static async Task<Server> StartAsync(
        string name, string program, string readiness, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> settings, string log)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(program)! };
        foreach (var argument in new[] { program }.Concat(arguments).Concat(["--urls", url.ToString()]))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in settings.Concat([("ASPNETCORE_ENVIRONMENT", "Production"), ("DOTNET_ENVIRONMENT", "Production"), ("Logging__LogLevel__Default", "Warning")]))
        {
            start.Environment[key] = value;
        }

        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var writer = TextWriter.Synchronized(new StreamWriter(log) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new HttpClient();
        while (!await AnswersAsync(client, new(url, readiness)))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > StartTimeout)
            {
                process.Kill();
                throw new InvalidOperationException($"{name} did not start, see {log}:\n{string.Join('\n', File.ReadLines(log).TakeLast(20))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        return new(name, process, url) { StartedAfter = Stopwatch.GetElapsedTime(began) };
    }

    /// <summary>What a process and, for the database, the processes below it have used of the processors.</summary>
    public static double CpuSecondsOf(int pid, bool withChildren = false)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        var own = (Number(fields[11]) + Number(fields[12]) + (withChildren ? Number(fields[13]) + Number(fields[14]) : 0)) / TicksPerSecond;
        return own + (withChildren ? File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(Child) : 0);

        static double Child(string pid)
        {
            try
            {
                return CpuSecondsOf(int.Parse(pid, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                return 0;
            }
        }

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(_process.Id);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static void Signal(int pid)
    {
        using var kill = Process.Start("kill", ["-TERM", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri url)
    {
        try
        {
            using var response = await client.GetAsync(url);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
