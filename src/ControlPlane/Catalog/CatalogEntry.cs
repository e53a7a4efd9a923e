using System.Text.Json;

namespace ControlPlane.Catalog;

/// <summary>One version of one thing that the platform ships.</summary>
public abstract record CatalogEntry
{
    public required string Kind { get; init; }

    public required CatalogMetadata Metadata { get; init; }

    /// <summary><c>sha256:</c> of the content; what an instance pins.</summary>
    public required string Digest { get; init; }

    /// <summary><c>name@version</c>; what is written to refer to the entry.</summary>
    public required string Ref { get; init; }

    /// <summary>The content as it was written.</summary>
    public required JsonElement Content { get; init; }

    public string Name => Metadata.Name;

    public bool IsWithdrawn => Metadata.Status == CatalogStatus.Withdrawn;
}

/// <summary>One version of one thing that the platform ships, of a known kind.</summary>
public sealed record CatalogEntry<T> : CatalogEntry
    where T : class
{
    public required T Spec { get; init; }
}
