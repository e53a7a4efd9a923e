using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Bench;

/// <summary>What evidence costs: writes with and without sealer and trail, how far these fall behind, and how fast a bundle is written and verified.</summary>
public static partial class AuditPath
{
    private const double MaxLoss = 0.1;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<PathResult> MeasureAsync(Field field, Options options)
    {
        await using var held = await Followers.HoldAsync(field.Place.Connection("ours"));
        var server = await field.StartedAsync("ours");
        var targets = field.Place.At("audit.targets");
        await File.WriteAllLinesAsync(targets, field.Tenants.All.Select(customer => customer.Token));
        var (batch, lags) = (0, new List<Followers.Lag>());
        await WriteAsync(options.WarmUpSeconds);
        var (without, with) = (new List<Round>(), new List<Round>());
        for (var round = 0; round < options.Rounds; round++)
        {
            without.Add(await WriteAsync(options.Seconds));
            await held.ReleaseAsync();
            await held.UntilCaughtUpAsync(Patience);
            with.Add(await WriteAsync(options.Seconds));
            lags.Add(await held.LagAsync());
            await held.UntilCaughtUpAsync(Patience);
            await held.HoldAsync();
        }

        await held.ReleaseAsync();
        await held.UntilSealedAsync(Patience);
        var (ours, bare) = (new Row("ours", "", with), new Row("bare", "", without));
        return new("audit", "POST /v1/agent-instances with sealer and trail, and without", [ours, bare], [new("bare", 1 - MaxLoss)])
        {
            Figures =
            [
                new("seal behind after a round", lags.Max(lag => lag.Seal.TotalSeconds), "s"),
                new("trail behind after a round", lags.Max(lag => lag.Trail.TotalSeconds), "s"),
                .. await BundleAsync(field, options),
            ],
        };

        Task<Round> WriteAsync(int seconds) => Load.WrkAsync(field.Place, server, "create.lua", seconds, targets, $"a{++batch}-");
    }

    private static async Task<IEnumerable<Figure>> BundleAsync(Field field, Options options)
    {
        var (bundle, synthetic) = (field.Place.At("tenant.bundle"), field.Place.At("synthetic.bundle"));
        var written = await RunAsync(field, "audit", "export", "--tenant", field.Tenants.Large.Tenant, "--out", bundle);
        var verified = await RunAsync(field, "audit", "verify", bundle);
        await SyntheticBundle.WriteAsync(synthetic, field.Place.At("synthetic.keys.json"), options.IsSmoke ? 20 : 1000);
        var large = await RunAsync(field, "audit", "verify", synthetic);
        File.Delete(synthetic);
        return
        [
            new("export", written.PerSecond, "events/s"),
            new("verify", verified.PerSecond, "events/s"),
            new("verify a million", large.PerSecond, "events/s"),
            new("verify a million, memory", large.PeakMegabytes, "MB"),
        ];
    }

    private static async Task<(double PerSecond, double PeakMegabytes)> RunAsync(Field field, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [field.Place.Program("service"), .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(field.Place.Program("service"))!,
        };
        foreach (var (name, value) in field.Settings())
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            process.Refresh();
            peak = Math.Max(peak, process.HasExited ? 0 : process.PeakWorkingSet64);
            await Task.Delay(20);
        }

        return process.ExitCode == 0
            ? (double.Parse(PerSecond().Match(await output).Groups[1].Value, CultureInfo.InvariantCulture), peak / 1048576.0)
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}");
    }

    [GeneratedRegex("([0-9]+) events/s")]
    private static partial Regex PerSecond();
}
