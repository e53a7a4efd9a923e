using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bench;

/// <summary>What came of one round of load; times in milliseconds, percentiles where the generator tells them.</summary>
public sealed record Round(long Requests, double Seconds, long Refused, long Broken, double Average, double? P50 = null, double? P90 = null, double? P99 = null, double? Max = null)
{
    public double PerSecond => Requests / Seconds;

    /// <summary>Of the server itself and of the database, in microseconds a request.</summary>
    public double ServerCpu { get; init; }

    public double DatabaseCpu { get; init; }
}

/// <summary>The load generators: wrk for HTTP, pgbench for bare SQL. Both are closed loops that cost little themselves.</summary>
public static partial class Load
{
    public static async Task<Round> WrkAsync(Place place, Server server, string script, int seconds, params string[] arguments)
    {
        var output = await RunAsync(
            "wrk",
            [
                "-t1", $"-c{Options.Connections}", $"-d{seconds}s", "--timeout", "10s", "-s", Path.Combine(place.Wrk, script), new Uri(server.Url, "/v1/agent-instances").ToString(),
                "--", .. arguments,
            ],
            ("BENCH_WRK", place.Wrk));
        var json = output.Split('\n').Last(line => line.StartsWith('{'));
        return JsonSerializer.Deserialize<Round>(json, JsonSerializerOptions.Web)!;
    }

    public static async Task<Round> PgbenchAsync(Place place, string database, int seconds, string json)
    {
        var url = place.PostgresUrl;
        var output = await RunAsync(
            "pgbench",
            [
                "-n", "-M", "prepared", "-c", $"{Options.Connections}", "-j", "1", "-T", $"{seconds}", "-f", place.LimitScript, "-D", $"json={json}",
                "-h", url.Host, "-p", $"{url.Port}", "-U", url.UserInfo.Split(':')[0], database,
            ],
            ("PGPASSWORD", url.UserInfo.Split(':')[1]));
        var (count, rate, latency) = (Figure(Processed(), output), Figure(Rate(), output), Figure(Latency(), output));
        return new((long)count, count > 0 ? count / rate : seconds, 0, 0, latency);
    }

    // Without a single transaction there is neither rate nor latency.
    private static double Figure(Regex pattern, string output) =>
        pattern.Match(output) is { Success: true } found ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, (string Name, string Value) variable)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable.Name] = variable.Value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {output}{await errors}");
    }

    [GeneratedRegex(@"actually processed: (\d+)")]
    private static partial Regex Processed();

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"latency average = ([\d.]+)")]
    private static partial Regex Latency();
}
