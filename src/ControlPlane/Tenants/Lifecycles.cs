using Marten;
using Wolverine.Marten;

namespace ControlPlane.Tenants;

/// <summary>All areas that take part, in one.</summary>
public sealed class Lifecycles(IEnumerable<AreaLifecycle> areas)
{
    private readonly AreaLifecycle[] _areas = [.. areas];

    /// <summary>The steps of a purge in their order.</summary>
    public IReadOnlyList<PurgeStep> Steps { get; } = [.. areas.SelectMany(area => area.Purge).OrderBy(step => step.Phase)];

    /// <summary>The step after one, or the first; null after the last.</summary>
    public PurgeStep? After(string? step) => Steps.ElementAtOrDefault(step is null ? 0 : Steps.TakeWhile(known => known.Name != step).Count() + 1);

    public async Task<Stop> StopAsync(IQuerySession session, string by, CancellationToken cancellation)
    {
        var (stopped, writes) = (new List<Affected>(), new List<IMartenOp>());
        foreach (var area in _areas)
        {
            var stop = await area.StopAsync(session, by, cancellation);
            stopped.AddRange(stop.Stopped);
            writes.AddRange(stop.Writes);
        }

        return new(stopped, writes);
    }

    public async Task<IReadOnlyList<Affected>> ErasesAsync(IQuerySession session, CancellationToken cancellation)
    {
        var erased = new List<Affected>();
        foreach (var area in _areas)
        {
            erased.AddRange(await area.ErasesAsync(session, cancellation));
        }

        return erased;
    }

    public async Task<Comeback> RestoreAsync(IQuerySession session, IReadOnlyList<Affected> stopped, string by, CancellationToken cancellation)
    {
        var all = new List<Comeback>();
        foreach (var area in _areas)
        {
            all.Add(await area.RestoreAsync(session, stopped, by, cancellation));
        }

        return new(
            [.. all.SelectMany(one => one.Restored)], [.. all.SelectMany(one => one.NotRestored)], [.. all.SelectMany(one => one.ActionCodes).Distinct()],
            [.. all.SelectMany(one => one.Writes)]);
    }
}
