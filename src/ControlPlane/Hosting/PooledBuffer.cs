using System.Buffers;

namespace ControlPlane.Hosting;

/// <summary>A list in a borrowed array. A copy shares the array, so keep it in one place and dispose it once.</summary>
internal struct PooledBuffer<T>(int capacity) : IDisposable
{
    private T[] _items = ArrayPool<T>.Shared.Rent(capacity);

    public int Length { get; set; }

    public readonly Span<T> this[Range range] => _items.AsSpan(0, Length)[range];

    /// <summary>The unused end, with at least <paramref name="needed"/> places.</summary>
    public Span<T> Free(int needed)
    {
        if (Length + needed > _items.Length)
        {
            var larger = ArrayPool<T>.Shared.Rent(Math.Max(Length + needed, _items.Length * 2));
            _items.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<T>.Shared.Return(_items);
            _items = larger;
        }

        return _items.AsSpan(Length);
    }

    public void Add(T item)
    {
        Free(1)[0] = item;
        Length++;
    }

    public void Add(scoped ReadOnlySpan<T> items)
    {
        items.CopyTo(Free(items.Length));
        Length += items.Length;
    }

    public readonly void Dispose() => ArrayPool<T>.Shared.Return(_items);
}
