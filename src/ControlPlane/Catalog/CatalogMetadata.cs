using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>Whether an entry may be used: freely, for the time being, or by those that hold it already.</summary>
public enum CatalogStatus
{
    Active,
    Deprecated,
    Withdrawn,
}

/// <summary>What is known of a catalog entry besides its content.</summary>
public sealed record CatalogMetadata
{
    /// <summary>Names the entry within its kind.</summary>
    [Format("slug"), MaxLength(63)]
    public required string Name { get; init; }

    /// <summary>Counts up; a version's content never changes.</summary>
    [Range(1, 99_999)]
    public required int Version { get; init; }

    /// <summary>Whether the entry may be used.</summary>
    public CatalogStatus Status { get; init; } = CatalogStatus.Active;

    /// <summary>Why the entry has its status.</summary>
    [StringLength(300, MinimumLength = 1)]
    public string? StatusMessage { get; init; }

    /// <summary>The entry of the same kind to use instead.</summary>
    [RegularExpression(@"[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,4}")]
    public string? ReplacedBy { get; init; }

    /// <summary>When a deprecated entry is to be withdrawn.</summary>
    public DateTimeOffset? SunsetAt { get; init; }

    /// <summary>When the entry came into the catalog.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Words to find the entry by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
