using System.Collections.Immutable;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Catalog;

/// <summary>What was last published of the catalog; folded up to a day, what was in force on it.</summary>
public sealed record PublishedCatalog(string Id) : IRevisioned
{
    /// <summary>The one stream there is, of the platform's own tenant.</summary>
    public const string Stream = "catalog";

    public int Version { get; set; }

    /// <summary>Digest and status by kind and reference.</summary>
    public ImmutableSortedDictionary<string, PublishedEntry> Entries { get; init; } = ImmutableSortedDictionary<string, PublishedEntry>.Empty;

    /// <summary>How an entry is called here.</summary>
    public static string KeyOf(string kind, string @ref) => $"{kind}/{@ref}";

    public static PublishedCatalog Create(IEvent<CatalogPublished> e) => new(e.StreamKey!);

    public PublishedCatalog Apply(CatalogPublished e) => this;

    public PublishedCatalog Apply(CatalogEntryPublished e) =>
        this with { Entries = Entries.SetItem(KeyOf(e.KindCode, e.EntryRef), new(e.Digest, e.Status)) };

    public PublishedCatalog Apply(CatalogEntryChanged e) => Entries.TryGetValue(KeyOf(e.KindCode, e.EntryRef), out var entry)
        ? this with { Entries = Entries.SetItem(KeyOf(e.KindCode, e.EntryRef), entry with { Status = e.Status }) }
        : this;
}

/// <summary>An entry as it was published.</summary>
public sealed record PublishedEntry(string Digest, EntryStatus Status);
