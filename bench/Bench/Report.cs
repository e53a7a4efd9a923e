using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bench;

/// <summary>All rounds of one contender.</summary>
public sealed record Row(string Contender, string Variant, IReadOnlyList<Round> Rounds)
{
    public double? ResidentMegabytes { get; init; }

    public double PerSecond => Median(round => round.PerSecond);

    /// <summary>A median for people; a dash where the generator knows none.</summary>
    public string Percentile(Func<Round, double?> figure) =>
        Rounds.All(round => figure(round) is not null) ? Median(round => figure(round)!.Value).ToString("0.0", CultureInfo.InvariantCulture) : "-";

    public double Median(Func<Round, double> figure)
    {
        var sorted = Rounds.Select(figure).Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>The ratio that ours shall reach against a peer.</summary>
public sealed record Target(string Against, double Ratio);

/// <summary>A single figure with its target.</summary>
public sealed record Figure(string Name, double Value, string Unit, double? AtMost = null, double? AtLeast = null)
{
    public bool IsReached => double.IsFinite(Value) && !(Value > AtMost) && !(Value < AtLeast);

    /// <summary>Out by ten times: not noise but damage.</summary>
    public bool IsBroken => !double.IsFinite(Value) || Value > AtMost * 10 || Value < AtLeast / 10;
}

/// <summary>What one path came to.</summary>
public sealed record PathResult(string Path, string Operation, IReadOnlyList<Row> Rows, IReadOnlyList<Target> Targets)
{
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    public IEnumerable<Figure> AllFigures => Figures.Concat(
        from target in Targets
        from ours in Rows.Where(row => row.Contender == "ours")
        from peer in Rows.Where(row => row.Contender == target.Against && row.Variant == ours.Variant)
        select new Figure($"{Path} {ours.Variant} ours ÷ {target.Against}".Replace("  ", " ", StringComparison.Ordinal), ours.PerSecond / peer.PerSecond, "×", AtLeast: target.Ratio));
}

/// <summary>Prints tables, and JSON for machines.</summary>
public sealed class Report(Options options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<PathResult> _results = [];

    public bool IsBroken => _results.Any(result => result.AllFigures.Any(figure => figure.IsBroken) || result.Rows.Any(row => row.Rounds.Any(round => round.Refused + round.Broken > 0)));

    public void Announce(string path) => Console.Error.WriteLine($"Measuring {path} …");

    public void Add(PathResult result)
    {
        _results.Add(result);
        Console.WriteLine();
        Console.WriteLine($"{result.Path}: {result.Operation}");
        if (result.Rows.Count > 0)
        {
            Console.WriteLine("  who      what    requests/s   avg ms   p50 ms   p99 ms   CPU µs/request: own  database   memory MB   failed");
        }

        foreach (var row in result.Rows)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.Contender,-8} {row.Variant,-7} {row.PerSecond,10:0} {row.Median(r => r.Average),8:0.0} {row.Percentile(r => r.P50),8} {row.Percentile(r => r.P99),8} {row.Median(r => r.ServerCpu),20:0} {row.Median(r => r.DatabaseCpu),9:0} {row.ResidentMegabytes,11:0} {row.Rounds.Sum(r => r.Refused + r.Broken),8}"));
        }

        foreach (var figure in result.AllFigures)
        {
            var target = figure.AtMost is { } most ? $"target ≤ {most}" : figure.AtLeast is { } least ? $"target ≥ {least}" : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {figure.Name,-44} {figure.Value,10:0.##} {figure.Unit,-9} {target}{(target.Length == 0 ? "" : figure.IsReached ? "  reached" : "  missed")}"));
        }
    }

    public void Write()
    {
        if (options.Json is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(
                new { at = TimeProvider.System.GetUtcNow(), options.IsSmoke, options.Rounds, options.Seconds, connections = Options.Connections, results = _results },
                Json));
        }
    }
}
