using System.Collections.Concurrent;
using Marten;

namespace ControlPlane.Storage;

/// <summary>What is known of one stored event type: the alias it is stored under and how long its entries are kept by default.</summary>
/// <param name="Type">The record.</param>
/// <param name="Alias">The name in the database, never derived from a class name: <c>agent_instance.drafted</c>.</param>
/// <param name="RetentionPolicy">Id of the default retention policy (catalog kind RetentionPolicy).</param>
public sealed record EventKind(Type Type, string Alias, string RetentionPolicy);

/// <summary>All stored event types, filled by the areas' models.</summary>
public static class EventCatalog
{
    private static readonly ConcurrentDictionary<Type, EventKind> ByType = new();

    public static ICollection<EventKind> All => ByType.Values;

    public static EventKind Of(Type type) => ByType.TryGetValue(type, out var kind)
        ? kind
        : throw new InvalidOperationException($"{type} is not registered as an event: add it to its area's model");

    /// <summary>What is known of a stored event type by its alias.</summary>
    public static EventKind OfAlias(string alias) => All.FirstOrDefault(kind => kind.Alias == alias)
        ?? throw new InvalidOperationException($"No event is stored as {alias}");

    /// <summary>Registers a stored event: its alias and its default retention policy.</summary>
    public static StoreOptions Event<T>(this StoreOptions options, string alias, string retentionPolicy)
        where T : class
    {
        ByType[typeof(T)] = new(typeof(T), alias, retentionPolicy);
        options.Events.MapEventType<T>(alias);
        return options;
    }
}
