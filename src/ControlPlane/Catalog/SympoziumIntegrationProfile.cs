using System.ComponentModel.DataAnnotations;
using ControlPlane.AgentInstances;
using ControlPlane.Hosting;
using ControlPlane.Storage;

namespace ControlPlane.Catalog;

/// <summary>How our states and fields are told to clusters that run Sympozium.</summary>
public sealed record SympoziumIntegrationProfile
{
    /// <summary>The phases of an AgentRun.</summary>
    public static readonly IReadOnlyList<string> Phases = ["Pending", "Running", "Serving", "PostRunning", "AwaitingDelegate", "Succeeded", "Failed", "Skipped"];

    /// <summary>The name that its users see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Which clusters it is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Versions of the API that it is right for, oldest first.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> CompatibleWith { get; init; }

    /// <summary>What each phase of an instance's runtime is there.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RuntimePhaseMapping> RuntimePhases { get; init; }

    /// <summary>What each state of a run is there.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RunStateMapping> RunStates { get; init; }

    /// <summary>Where our fields stand there.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ResourceFieldMapping> Fields { get; init; }

    internal static IEnumerable<Fault> Faults(SympoziumIntegrationProfile profile, CatalogSnapshot catalog)
    {
        foreach (var (at, version) in profile.CompatibleWith.Index().Where(version => !System.Text.RegularExpressions.Regex.IsMatch(version.Item, @"^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?\z")))
        {
            yield return new($"/compatibleWith/{at}", "format", $"Write a Kubernetes API version such as v1alpha1 instead of '{version}'.");
        }

        foreach (var fault in OnceEach(profile.RuntimePhases.Select(one => one.Phase), "/runtimePhases", "phase").Concat(OnceEach(profile.RunStates.Select(one => one.State), "/runStates", "state")))
        {
            yield return fault;
        }

        foreach (var (at, phase) in profile.RuntimePhases.Select(one => one.Becomes).Index().Where(phase => !Phases.Contains(phase.Item)))
        {
            yield return UnknownPhase($"/runtimePhases/{at}", phase);
        }

        foreach (var (at, phase) in profile.RunStates.Select(one => one.Becomes).Index().Where(phase => !Phases.Contains(phase.Item)))
        {
            yield return UnknownPhase($"/runStates/{at}", phase);
        }

        foreach (var at in Repeated.In(profile.Fields, field => field.Path))
        {
            yield return new($"/fields/{at}/path", "repeated", "Write each field of theirs once.");
        }
    }

    private static Fault UnknownPhase(string at, string phase) => new($"{at}/becomes", "no_such_phase", $"There is no phase '{phase}'; write one of {string.Join(", ", Phases)}.");

    private static IEnumerable<Fault> OnceEach<T>(IEnumerable<T> mapped, string at, string member)
        where T : struct, Enum
    {
        var all = mapped.ToArray();
        var left = Enum.GetValues<T>().Except(all).Select(value => Words.Of(value)).ToArray();
        return
        [
            .. Repeated.In(all, one => one).Select(place => new Fault($"{at}/{place}/{member}", "repeated", "Map each once.")),
            .. left.Length > 0 ? [new Fault(at, "unmapped", $"Map {string.Join(", ", left)} too.")] : Array.Empty<Fault>(),
        ];
    }
}

/// <summary>What a phase of a runtime is there.</summary>
public sealed record RuntimePhaseMapping
{
    /// <summary>Ours.</summary>
    public required RuntimePhase Phase { get; init; }

    /// <summary>Theirs.</summary>
    [MaxLength(30)]
    public required string Becomes { get; init; }
}

/// <summary>What a state of a run is there.</summary>
public sealed record RunStateMapping
{
    /// <summary>Ours.</summary>
    public required RunState State { get; init; }

    /// <summary>Theirs.</summary>
    [MaxLength(30)]
    public required string Becomes { get; init; }
}

/// <summary>How a run stands.</summary>
public enum RunState
{
    Running,
    Succeeded,
    Failed,
    Cancelled,
    TimedOut,
}

/// <summary>Where a field of ours stands there.</summary>
public sealed record ResourceFieldMapping
{
    /// <summary>Ours, such as <c>displayName</c>.</summary>
    [RegularExpression(@"^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$"), MaxLength(100)]
    public required string Field { get; init; }

    /// <summary>Theirs, such as <c>AgentInstance.spec.displayName</c>.</summary>
    [RegularExpression(@"^[A-Z][A-Za-z]*(\.[a-z][A-Za-z0-9]*)+$"), MaxLength(150)]
    public required string Path { get; init; }

    /// <summary>Who writes it.</summary>
    public required FieldDirection Direction { get; init; }
}

/// <summary>Who writes a field that two systems have.</summary>
public enum FieldDirection
{
    ToCluster,
    FromCluster,
}
