namespace ControlPlane.Storage;

/// <summary>Tells the time as the database keeps it, to the microsecond, so that a document is the same when it is folded anew.</summary>
internal sealed class StoredClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        var now = base.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
