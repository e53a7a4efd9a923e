namespace ControlPlane.Catalog;

/// <summary>The catalog has changed: what it holds from here on.</summary>
/// <param name="Kinds">A digest for each kind.</param>
public sealed record CatalogPublished(IReadOnlyList<PublishedKind> Kinds);

/// <summary>All entries of a kind.</summary>
/// <param name="KindCode">The kind.</param>
/// <param name="Count">How many entries there are.</param>
/// <param name="Digest">SHA-256 over ref, digest and status of each, in order.</param>
public sealed record PublishedKind(string KindCode, int Count, string Digest);

/// <summary>An entry has come into the catalog.</summary>
public sealed record CatalogEntryPublished(string KindCode, string EntryRef, string Digest, EntryStatus Status);

/// <summary>An entry has another status.</summary>
public sealed record CatalogEntryChanged(string KindCode, string EntryRef, EntryStatus Status, string? ReplacedByRef, DateTimeOffset? SunsetAt);

/// <summary>Whether an entry may be used.</summary>
public enum EntryStatus
{
    Active,
    Deprecated,
    Withdrawn,

    /// <summary>It is not in the files any more.</summary>
    Removed,
}
