using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ControlPlane.Audit;

/// <summary>The events that a bundle has for one seal, held against the hashes that were sealed.</summary>
internal sealed class SealedEvents(string name, BundleSeal seal)
{
    // Whoever adds events without end is told of no more than these.
    private const int MaxOdd = 1000;

    private readonly IReadOnlyList<string> _hashes = seal.Hashes ?? [];
    private readonly Dictionary<string, int> _places = Places((seal.Hashes ?? []).Select((hash, place) => (hash ?? "", place)));
    private readonly bool[] _seen = new bool[seal.Hashes?.Count ?? 0];
    private readonly List<(EventName Event, int After)> _odd = [];
    private readonly List<string> _faults = [];
    private int _taken;
    private int _reached = -1;

    /// <summary>Whether there are fewer events so far than were sealed.</summary>
    public bool IsOneDue => _taken < _hashes.Count;

    /// <summary>Takes the next event as it stands in the file.</summary>
    public EventName Take(ReadOnlySpan<byte> canonical, long line)
    {
        var found = EventName.Of(canonical, line);
        if (!_places.TryGetValue(Convert.ToHexStringLower(SHA256.HashData(canonical)), out var place))
        {
            TakeOdd(found);
            return found;
        }

        _taken++;
        if (_seen[place])
        {
            _faults.Add($"duplicated: {found} in {name}");
        }
        else if (place < _reached)
        {
            _faults.Add($"out of order: {found} in {name}");
        }
        else if (NameAt(place) is not { } known || known != found.Name)
        {
            _faults.Add($"altered: {name}, where it names {found}");
        }

        _seen[place] = true;
        _reached = Math.Max(_reached, place);
        return found;
    }

    /// <summary>Takes an event, or a line that cannot be read, that nobody has sealed.</summary>
    public void TakeOdd(EventName found)
    {
        _taken++;
        if (_odd.Count < MaxOdd)
        {
            _odd.Add((found, _reached));
        }
        else
        {
            _faults.Add($"added: {found} in {name}");
        }
    }

    /// <summary>What is wrong, once all of them were taken.</summary>
    public IEnumerable<string> Faults()
    {
        var missing = new SortedSet<int>(Enumerable.Range(0, _hashes.Count).Where(place => !_seen[place]));
        var byId = Places(missing.Where(place => NameAt(place) is not null).Select(place => (NameAt(place)!.Id, place)));
        var next = 0;
        foreach (var (found, after) in _odd)
        {
            // What was altered has kept its id, or else its place.
            if (found.Id is not { } id || !byId.TryGetValue(id, out var place) || !missing.Contains(place))
            {
                for (next = Math.Max(next, after + 1); next < _seen.Length && !_seen[next] && !missing.Contains(next); next++)
                {
                }

                place = next < _seen.Length && !_seen[next] && found.MayHaveBeen(NameAt(next)) ? next : -1;
            }

            _faults.Add(missing.Remove(place) ? $"altered: {found.CalledAs(NameAt(place))} in {name}" : $"added: {found} in {name}");
        }

        return _faults.Concat(missing.Select(place => string.Create(
            CultureInfo.InvariantCulture, $"missing: {(NameAt(place) is { } known ? $"{known}, " : "event ")}{place + 1} of {_hashes.Count} in {name}, which had the hash {_hashes[place]}")));
    }

    private SealedName? NameAt(int place) => seal.Names is { } names && place < names.Count ? names[place] : null;

    private static Dictionary<string, int> Places(IEnumerable<(string Name, int Place)> named)
    {
        var places = new Dictionary<string, int>();
        foreach (var (name, place) in named)
        {
            places.TryAdd(name, place);
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
            return Unreadable(line);
        }
    }

    /// <summary>The same as a seal has it; null where something of it is not told.</summary>
    public SealedName? Name => Id is null || Stream is null ? null : new(Id, Sequence, Version, Stream);

    /// <summary>A line that holds nothing that can be told.</summary>
    public static EventName Unreadable(long line) => new(null, null, 0, 0, line);

    /// <summary>Whether it can be what became of an event.</summary>
    public bool MayHaveBeen(SealedName? known) =>
        Id is null || known is null || Sequence == known.Sequence || (Stream == known.Stream && Version == known.Version);

    /// <summary>As it was called when it was sealed, where that is known.</summary>
    public EventName CalledAs(SealedName? known) => known is null ? this : new(known.Id, known.Stream, known.Version, known.Sequence, Line);

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
