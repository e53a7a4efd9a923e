using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ControlPlane.Audit;

/// <summary>The events that a bundle has for one seal, held against the hashes that were sealed.</summary>
internal sealed class SealedEvents(string name, IReadOnlyList<string> hashes)
{
    // Whoever adds events without end is told of no more than these.
    private const int MaxOdd = 1000;

    private readonly Dictionary<string, int> _places = Places(hashes);
    private readonly bool[] _seen = new bool[hashes.Count];
    private readonly List<(EventName Event, int Gap)> _odd = [];
    private readonly List<string> _faults = [];
    private int _next;
    private bool _isOrdered = true;

    /// <summary>Takes the next event as it stands in the file.</summary>
    public EventName Take(ReadOnlySpan<byte> canonical, long line)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(canonical));
        var found = EventName.Of(canonical, line);
        if (_next < hashes.Count && hashes[_next] == hash && !_seen[_next])
        {
            _seen[_next++] = true;
        }
        else if (!_places.TryGetValue(hash, out var place))
        {
            if (_odd.Count < MaxOdd)
            {
                _odd.Add((found, _next));
            }

            // What was altered stands where it stood.
            _next = Math.Min(_next + 1, hashes.Count);
        }
        else if (_seen[place])
        {
            _faults.Add($"duplicated: {found} in {name}");
        }
        else
        {
            _seen[place] = true;
            if (place < _next && _isOrdered)
            {
                _isOrdered = false;
                _faults.Add($"out of order: {found} in {name}");
            }

            _next = Math.Max(_next, place + 1);
        }

        return found;
    }

    /// <summary>What is wrong, once all of them were taken.</summary>
    public IEnumerable<string> Faults()
    {
        var missing = new SortedSet<int>(Enumerable.Range(0, hashes.Count).Where(place => !_seen[place]));
        foreach (var (found, gap) in _odd)
        {
            if (missing.Remove(gap))
            {
                _faults.Add($"altered: {found} in {name}");
            }
            else
            {
                _faults.Add($"added: {found} in {name}");
            }
        }

        return _faults.Concat(missing.Select(place => string.Create(
            CultureInfo.InvariantCulture, $"missing: event {place + 1} of {hashes.Count} in {name}, which had the hash {hashes[place]}")));
    }

    private static Dictionary<string, int> Places(IReadOnlyList<string> hashes)
    {
        var places = new Dictionary<string, int>(hashes.Count);
        for (var place = 0; place < hashes.Count; place++)
        {
            places.TryAdd(hashes[place] ?? "", place);
        }

        return places;
    }
}

/// <summary>What an event in a file calls itself.</summary>
internal sealed record EventName(string? Id, string? Stream, long Version, long Sequence, long Line)
{
    public static EventName Of(ReadOnlySpan<byte> json, long line)
    {
        try
        {
            return Read(new Utf8JsonReader(json), line);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return new(null, null, 0, 0, line);
        }
    }

    public override string ToString() => Id is null
        ? string.Create(CultureInfo.InvariantCulture, $"the event on line {Line}, which can't be read")
        : string.Create(CultureInfo.InvariantCulture, $"event {Id} (sequence {Sequence}, version {Version} of {Stream}, line {Line})");

    private static EventName Read(Utf8JsonReader reader, long line)
    {
        var (id, stream, version, sequence, depth) = ((string?)null, (string?)null, 0L, 0L, "");
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = (reader.CurrentDepth, reader.ValueTextEquals("metadata"u8) ? "metadata" : reader.GetString());
            reader.Read();
            switch (name)
            {
                case (1, "metadata"):
                    depth = "metadata";
                    break;
                case (1, "stream"):
                    stream = reader.GetString();
                    break;
                case (1, "version"):
                    version = reader.GetInt64();
                    break;
                case (1, "sequence"):
                    sequence = reader.GetInt64();
                    break;
                case (2, "id") when depth == "metadata":
                    id = reader.GetString();
                    break;
                case (1, "data"):
                    reader.Skip();
                    break;
            }
        }

        return new(id, stream, version, sequence, line);
    }
}
