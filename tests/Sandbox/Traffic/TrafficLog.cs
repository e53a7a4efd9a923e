namespace OutsideWorld.Traffic;

/// <summary>What a provider received, newest last; the oldest entries give way.</summary>
internal sealed class TrafficLog
{
    private const int Capacity = 20_000;
    private readonly Lock _lock = new();
    private readonly Queue<Exchange> _exchanges = new();
    private long _last;

    public void Add(Exchange exchange)
    {
        lock (_lock)
        {
            exchange.Index = ++_last;
            _exchanges.Enqueue(exchange);
            if (_exchanges.Count > Capacity)
                _exchanges.Dequeue();
        }
    }

    public IReadOnlyList<Exchange> Read(long since, string? contains)
    {
        List<Exchange> newer;
        lock (_lock)
            newer = [.. _exchanges.Where(exchange => exchange.Index > since)];
        return [.. newer.Where(exchange => contains is null || exchange.Text.Contains(contains, StringComparison.Ordinal))];
    }
}
