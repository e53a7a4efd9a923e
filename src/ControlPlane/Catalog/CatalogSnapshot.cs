using System.Collections.Concurrent;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>The whole catalog at one time. Immutable; every question is answered from memory.</summary>
public sealed class CatalogSnapshot
{
    private readonly Dictionary<Type, CatalogShelf> _shelves;

    internal CatalogSnapshot(CatalogKinds kinds, IReadOnlyCollection<CatalogEntry> entries, DateTimeOffset loadedAt)
    {
        LoadedAt = loadedAt;
        _shelves = kinds.All.ToDictionary(kind => kind.Spec, kind => kind.Shelve(entries.Where(entry => entry.Kind == kind.Name)));
    }

    public DateTimeOffset LoadedAt { get; }

    /// <summary>Answers that were made once; they go with the snapshot.</summary>
    internal ConcurrentDictionary<CatalogEntry, Rendered> Rendered { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>All entries of all kinds.</summary>
    public IEnumerable<CatalogEntry> Everything => _shelves.Values.SelectMany(shelf => shelf.Entries);

    /// <summary>The entry, whatever its status, or null.</summary>
    public CatalogEntry<T>? Find<T>(string @ref) where T : class => (CatalogEntry<T>?)Shelf<T>().Find(@ref);

    public CatalogEntry<T>? Find<T>(Ref<T> @ref) where T : class => Find<T>(@ref.Value);

    /// <summary>The newest version that is active; without one, the newest that is deprecated, then withdrawn; null for an unknown name.</summary>
    public CatalogEntry<T>? Newest<T>(string name) where T : class => (CatalogEntry<T>?)Shelf<T>().Newest(name);

    /// <summary>All entries of a kind, by name, newest version first.</summary>
    public IReadOnlyList<CatalogEntry<T>> All<T>() where T : class => (CatalogEntry<T>[])Shelf<T>().Entries;

    public Offer? Offer(OfferRef @ref) => Find(@ref.Catalog)?.Spec.Offer(@ref.Offer);

    internal CatalogShelf Shelf(CatalogKind kind) => _shelves[kind.Spec];

    /// <summary>The entry of a kind that is known by its name only.</summary>
    internal CatalogEntry? Find(string kind, string @ref) => _shelves.Single(shelf => shelf.Key.Name == kind).Value.Find(@ref);

    private CatalogShelf Shelf<T>() => _shelves[typeof(T)];
}

/// <summary>All entries of one kind.</summary>
internal sealed class CatalogShelf
{
    private readonly Dictionary<string, CatalogEntry> _byRef = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CatalogEntry> _newest = new(StringComparer.Ordinal);

    public CatalogShelf(CatalogEntry[] entries)
    {
        Entries = entries;
        ByTime = [.. entries.OrderByDescending(entry => entry.Metadata.PublishedAt)];
        foreach (var entry in entries)
        {
            _byRef.TryAdd(entry.Ref, entry);
            if (!_newest.TryGetValue(entry.Name, out var best) || entry.Metadata.Status < best.Metadata.Status)
            {
                _newest[entry.Name] = entry;
            }
        }
    }

    /// <summary>By name, newest version first. The array's type is that of the kind.</summary>
    public CatalogEntry[] Entries { get; }

    /// <summary>By the time of publication, newest first.</summary>
    public IReadOnlyList<CatalogEntry> ByTime { get; }

    public IReadOnlyCollection<string> Names => _newest.Keys;

    public CatalogEntry? Find(string @ref) => _byRef.GetValueOrDefault(@ref);

    /// <summary>Those that follow an entry in the order of time; all without one, none after one that is gone.</summary>
    public IEnumerable<CatalogEntry> After(string? @ref) => @ref is null ? ByTime : ByTime.SkipWhile(entry => entry.Ref != @ref).Skip(1);

    public CatalogEntry? Newest(string name) => _newest.GetValueOrDefault(name);
}
