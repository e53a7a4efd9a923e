using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Tenants;

/// <summary>
/// How an area takes part when a tenant leaves, comes back or is erased: its <c>Lifecycle.cs</c>. What leaving and coming back
/// change is part of the commit that tombstones or restores the tenant; a purge goes step by step.
/// </summary>
public abstract class AreaLifecycle
{
    /// <summary>What a tombstone stops.</summary>
    public virtual Task<Stop> StopAsync(IQuerySession session, string by, CancellationToken cancellation) => Task.FromResult(new Stop([], []));

    /// <summary>What comes back of what was stopped.</summary>
    public virtual Task<Comeback> RestoreAsync(IQuerySession session, IReadOnlyList<Affected> stopped, string by, CancellationToken cancellation) =>
        Task.FromResult(Comeback.Nothing);

    /// <summary>What a purge would erase, for whoever asks before he deletes.</summary>
    public virtual Task<IReadOnlyList<Affected>> ErasesAsync(IQuerySession session, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Affected>>([]);

    /// <summary>The steps of a purge.</summary>
    public abstract IReadOnlyList<PurgeStep> Purge { get; }
}

/// <summary>What a tombstone stops, and the writes that do so.</summary>
public sealed record Stop(IReadOnlyList<Affected> Stopped, IReadOnlyList<IMartenOp> Writes);

/// <summary>What comes back, what does not, and what the owner has to do about it.</summary>
public sealed record Comeback(
    IReadOnlyList<Affected> Restored, IReadOnlyList<NotRestored> NotRestored, IReadOnlyList<string> ActionCodes, IReadOnlyList<IMartenOp> Writes)
{
    public static readonly Comeback Nothing = new([], [], [], []);
}

/// <summary>One step of a purge. It is repeated until it passes, so what was done before must not fail it.</summary>
/// <param name="Name">As <c>area.what</c>.</param>
/// <param name="Phase">When its turn comes.</param>
/// <param name="RunAsync">Writes to the session are committed together with the outcome.</param>
public sealed record PurgeStep(string Name, PurgePhase Phase, Func<IDocumentSession, CancellationToken, Task<StepResult>> RunAsync);

/// <summary>The order of a purge: first whoever else knows of the tenant, last the keys that would still be needed for it.</summary>
public enum PurgePhase
{
    Providers,
    Messages,
    ReadModels,
    LookUps,
    Keys,
}

/// <summary>How a step went.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Count">How many things it was about.</param>
/// <param name="Reason">Why it was not confirmed; a snake_case word.</param>
public sealed record StepResult(StepOutcome Outcome, int Count, string? Reason = null)
{
    /// <summary>Timers for what is kept for a while.</summary>
    public OutgoingMessages Later { get; init; } = [];

    public static StepResult Done(int count) => new(StepOutcome.Confirmed, count);
}
