using OutsideWorld.Traffic;

namespace OutsideWorld.Faults;

/// <summary>The faults that wait; the oldest that fits strikes first, as often as it was asked to.</summary>
internal sealed class FaultBook
{
    private const int Capacity = 1_000;
    private readonly Lock _lock = new();
    private readonly List<Fault> _waiting = [];

    public IReadOnlyList<Fault> Waiting
    {
        get
        {
            lock (_lock)
                return [.. _waiting];
        }
    }

    public bool TryAdd(Fault fault)
    {
        lock (_lock)
        {
            if (_waiting.Count == Capacity)
                return false;
            _waiting.Add(fault);
            return true;
        }
    }

    public void Clear(string? id)
    {
        lock (_lock)
            _waiting.RemoveAll(fault => id is null || fault.Id == id);
    }

    public Fault? Take(Exchange exchange)
    {
        lock (_lock)
        {
            var at = _waiting.FindIndex(fault => fault.Match.Fits(exchange));
            if (at < 0)
                return null;
            var fault = _waiting[at];
            if (fault.Times > 1)
                _waiting[at] = fault with { Times = fault.Times - 1 };
            else
                _waiting.RemoveAt(at);
            return fault;
        }
    }
}
