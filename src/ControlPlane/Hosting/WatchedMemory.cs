using System.Collections.Concurrent;

namespace ControlPlane.Hosting;

/// <summary>
/// Values read from the database. They are good for a minute while <see cref="Watched"/> is called every second or so with what
/// has changed there, and for seconds otherwise: no node acts for longer than five on what another has taken back.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="subjectOf">The id under which a change of the value is told.</param>
public sealed class WatchedMemory<T>(TimeProvider time, Func<T, string> subjectOf)
    where T : class
{
    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TrustFor = TimeSpan.FromSeconds(4);
    private const int MaxRemembered = 50_000;

    private readonly ConcurrentDictionary<string, (T Value, long At)> _remembered = new();
    private long _forgotten;
    private long _watchedAt = long.MinValue;

    /// <summary>What is remembered, else what <paramref name="find"/> finds; null is not remembered.</summary>
    public async ValueTask<T?> GetAsync(string key, Func<string, CancellationToken, Task<T?>> find, CancellationToken cancellation)
    {
        if (_remembered.TryGetValue(key, out var known) && IsGood(known.At))
        {
            return known.Value;
        }

        var asked = time.GetTimestamp();
        var before = Volatile.Read(ref _forgotten);
        if (await find(key, cancellation) is not { } found)
        {
            _remembered.TryRemove(key, out _);
            return null;
        }

        if (_remembered.Count >= MaxRemembered)
        {
            _remembered.Clear();
        }

        _remembered[key] = (found, asked);

        // What was read before a change must not be remembered after it.
        if (Volatile.Read(ref _forgotten) != before)
        {
            _remembered.TryRemove(key, out _);
        }

        return found;
    }

    /// <summary>Forgets what was remembered of a subject.</summary>
    public void Forget(string subject)
    {
        Interlocked.Increment(ref _forgotten);
        foreach (var (key, known) in _remembered)
        {
            if (subjectOf(known.Value) == subject)
            {
                _remembered.TryRemove(key, out _);
            }
        }
    }

    /// <summary>Forgets what has changed; what is left is good for another few seconds.</summary>
    /// <param name="asked">The time stamp from before the database was asked.</param>
    /// <param name="changed">The subjects that have changed lately.</param>
    public void Watched(long asked, IReadOnlySet<string> changed)
    {
        Interlocked.Increment(ref _forgotten);
        var isUnbroken = IsTrusted(_watchedAt);
        foreach (var (key, known) in _remembered)
        {
            if (!isUnbroken || changed.Contains(subjectOf(known.Value)) || time.GetElapsedTime(known.At) > RememberFor)
            {
                _remembered.TryRemove(key, out _);
            }
        }

        Volatile.Write(ref _watchedAt, asked);
    }

    private bool IsGood(long since) =>
        time.GetElapsedTime(since) < RememberFor && (IsTrusted(since) || IsTrusted(Volatile.Read(ref _watchedAt)));

    private bool IsTrusted(long since) => since != long.MinValue && time.GetElapsedTime(since) < TrustFor;
}
