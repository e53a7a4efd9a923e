using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>A catalog entry as it is served.</summary>
/// <typeparam name="T">The content of this kind.</typeparam>
public record CatalogDocument<T>
{
    /// <summary>The version of the document's outer form.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>What the entry is.</summary>
    public required string Kind { get; init; }

    /// <summary>What is known of it besides its content.</summary>
    public required CatalogMetadata Metadata { get; init; }

    /// <summary>Its content.</summary>
    public required T Spec { get; init; }

    /// <summary><c>sha256:</c> of the content in canonical form (RFC 8785).</summary>
    public required string Digest { get; init; }

    /// <summary>What the content refers to, as it is now; absent when it refers to nothing.</summary>
    public IReadOnlyList<ResolvedReference>? References { get; init; }
}

/// <summary>A catalog entry with what is so of it just now.</summary>
/// <typeparam name="T">The content of this kind.</typeparam>
/// <typeparam name="TObserved">What is looked up when it is read.</typeparam>
public sealed record ObservedDocument<T, TObserved> : CatalogDocument<T>
{
    /// <summary>What is so just now; it is no part of the content and of its digest.</summary>
    public TObserved? Observed { get; init; }
}

/// <summary>An entry that another refers to.</summary>
/// <param name="Pointer">Where in the document the reference stands.</param>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Ref">Its name and version.</param>
/// <param name="Digest">The digest of its content.</param>
public sealed record ResolvedReference(string Pointer, string Kind, string Ref, string Digest);

/// <summary>A catalog entry as a row of a list that shows summaries, or as one that the caller's tier does not open yet.</summary>
public sealed record CatalogSummary
{
    /// <summary>The version of the document's outer form.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>What the entry is.</summary>
    public required string Kind { get; init; }

    /// <summary>What is known of it besides its content.</summary>
    public required CatalogMetadata Metadata { get; init; }

    /// <summary>The name that customers see.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it is, in a sentence.</summary>
    public string? Summary { get; init; }

    /// <summary>The lowest tier that may use it.</summary>
    public Tier? RequiredTier { get; init; }

    /// <summary>The offer that opens it to a lower tier.</summary>
    public OfferRef? UpsellOfferRef { get; init; }

    /// <summary><c>sha256:</c> of the content in canonical form (RFC 8785).</summary>
    public required string Digest { get; init; }
}
