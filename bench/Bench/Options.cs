using System.Globalization;

namespace Bench;

/// <summary>What to measure, and how long.</summary>
public sealed record Options(string Place, string Source, IReadOnlyList<string> Paths, bool IsSmoke, string? Json, int Rounds, int Seconds)
{
    private static readonly string[] All = ["start", "write", "read", "lists", "audit", "bus"];

    public const int Connections = 16;

    public int WarmUpSeconds => IsSmoke ? 2 : 15;

    public int Tenants => IsSmoke ? 50 : 500;

    /// <summary>Instances of the tenant whose list is paged through; a thousand pages of fifty and some more.</summary>
    public int LongList => IsSmoke ? 1_000 : 51_000;

    public int DeepPage => IsSmoke ? 10 : 1000;

    public static Options Parse(string[] args)
    {
        var (paths, values, smoke) = (new List<string>(), new Dictionary<string, string>(), false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--smoke")
            {
                smoke = true;
            }
            else if (args[i].StartsWith("--", StringComparison.Ordinal))
            {
                values[args[i]] = args[++i];
            }
            else
            {
                paths.Add(All.Contains(args[i]) ? args[i] : throw new ArgumentException($"There is no path {args[i]}: {string.Join(", ", All)}"));
            }
        }

        return new(
            values["--place"], values["--source"], paths.Count > 0 ? paths : All, smoke, values.GetValueOrDefault("--json"),
            Number("--rounds", smoke ? 1 : 5), Number("--seconds", smoke ? 2 : 10));

        int Number(string name, int otherwise) => values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
