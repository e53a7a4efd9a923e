namespace OutsideWorld;

/// <summary>The system's time plus what tests have added to it; it only goes forward.</summary>
public sealed class SandboxClock : TimeProvider
{
    private long _aheadTicks;

    /// <summary>Raised when a test has moved the time.</summary>
    public event Action? Advanced;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _aheadTicks));

    public long UnixSeconds => GetUtcNow().ToUnixTimeSeconds();

    public TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _aheadTicks, by.Ticks);
        Advanced?.Invoke();
    }
}
