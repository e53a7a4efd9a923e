using JasperFx.Events;

namespace ControlPlane.Hosting.Bus;

/// <summary>
/// Which stored events are said to the outside, and as what. Nothing else decides what leaves: the bus subscribes to the
/// stored types that stand here, and AsyncAPI and the event model are derived from it.
/// </summary>
public sealed class AnnouncementMap
{
    private readonly Dictionary<Type, List<Func<IEvent, object?>>> _byStored = [];
    private readonly List<Announcement> _all = [];

    /// <summary>Everything that is announced, in the order of registration.</summary>
    public IReadOnlyList<Announcement> All => _all;

    /// <summary>The stored events that the bus has to see.</summary>
    public IReadOnlyCollection<Type> StoredTypes => _byStored.Keys;

    /// <summary>Announces a stored event, or says nothing where <paramref name="announce"/> answers null.</summary>
    public AnnouncementMap On<TStored, TContract>(Func<IEvent<TStored>, TContract?> announce)
        where TStored : notnull
        where TContract : class
    {
        _all.Add(new(typeof(TStored), ContractKind.Of(typeof(TContract))));
        if (!_byStored.TryGetValue(typeof(TStored), out var announcements))
        {
            _byStored[typeof(TStored)] = announcements = [];
        }

        announcements.Add(stored => announce((IEvent<TStored>)stored));
        return this;
    }

    /// <summary>What is said of a stored event: one contract at most, for its id is the stored event's.</summary>
    public object? Announce(IEvent stored)
    {
        if (!_byStored.TryGetValue(stored.EventType, out var announcements))
        {
            return null;
        }

        foreach (var announce in announcements)
        {
            if (announce(stored) is { } contract)
            {
                return contract;
            }
        }

        return null;
    }
}

/// <summary>One stored event type and a contract that it is announced as.</summary>
public sealed record Announcement(Type Stored, ContractKind Contract);
