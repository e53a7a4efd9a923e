using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How much of a machine a runtime gets, and how long it may take for what.</summary>
public sealed record ExecutionProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it is made for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Processor time in thousandths of a core.</summary>
    [Range(50, 64_000)]
    public required int CpuMillis { get; init; }

    /// <summary>Memory in MiB.</summary>
    [Range(64, 524_288)]
    public required int MemoryMiB { get; init; }

    /// <summary>Disk that is empty again after each start, in MiB.</summary>
    [Range(0, 1_048_576)]
    public required int ScratchMiB { get; init; }

    /// <summary>How long a runtime may take for what.</summary>
    public required ExecutionTimeouts Timeouts { get; init; }

    /// <summary>How many runs may be under way in one runtime.</summary>
    [Range(1, 256)]
    public required int Concurrency { get; init; }

    /// <summary>After how many seconds a run is ended as timed out.</summary>
    [Range(1, 86_400)]
    public required int MaxRunSeconds { get; init; }

    /// <summary>What is done about a run that has failed.</summary>
    public required RetryPolicy Retry { get; init; }

    internal static IEnumerable<Fault> Faults(ExecutionProfile profile, CatalogSnapshot catalog)
    {
        if (profile.Retry.FirstDelaySeconds > profile.Retry.MaxDelaySeconds)
        {
            yield return new("/retry/firstDelaySeconds", "out_of_range", "Let the first delay be no longer than the longest.");
        }

        if (profile.Retry.MaxAttempts > 1 && profile.Retry.On.Count == 0)
        {
            yield return new("/retry/on", "required", "Name the failures after which a run is tried again, or allow one attempt.");
        }
    }
}

/// <summary>How long a runtime may take for what.</summary>
public sealed record ExecutionTimeouts
{
    /// <summary>Until it is ready to work.</summary>
    [Range(1, 900)]
    public required int StartSeconds { get; init; }

    /// <summary>Without work until it sleeps.</summary>
    [Range(60, 86_400)]
    public required int IdleSeconds { get; init; }

    /// <summary>To end what it is doing when it is told to stop.</summary>
    [Range(1, 600)]
    public required int StopSeconds { get; init; }
}

/// <summary>What is done about a run that has failed.</summary>
public sealed record RetryPolicy
{
    /// <summary>How often it is tried in all.</summary>
    [Range(1, 10)]
    public required int MaxAttempts { get; init; }

    /// <summary>How long to wait before the second attempt; each further wait is twice as long.</summary>
    [Range(1, 600)]
    public required int FirstDelaySeconds { get; init; }

    /// <summary>The longest wait.</summary>
    [Range(1, 3_600)]
    public required int MaxDelaySeconds { get; init; }

    /// <summary>After which failures.</summary>
    public required IReadOnlyList<RunFailure> On { get; init; }
}

/// <summary>Why a run has failed.</summary>
public enum RunFailure
{
    RateLimited,
    ProviderUnavailable,
    RuntimeLost,
    ToolUnavailable,
}
