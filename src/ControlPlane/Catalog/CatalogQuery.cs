using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How much of each entry a list shows.</summary>
public enum CatalogFields
{
    Full,
    Summary,
}

/// <summary>Which entries a list shows by their status.</summary>
public enum CatalogStatusFilter
{
    Active,
    Deprecated,
    Withdrawn,
    All,
}

/// <summary>What a gated list shows beside what the caller's tier opens.</summary>
public enum CatalogInclude
{
    Locked,
}

/// <summary>What a list of catalog entries takes.</summary>
public record CatalogQuery : ListQuery
{
    /// <summary>Entries in this status; without it those that are active or deprecated.</summary>
    public CatalogStatusFilter? Status { get; init; }

    /// <summary>Entries with this label, <c>name</c> or <c>name=value</c>.</summary>
    [MaxLength(200)]
    public string? Label { get; init; }

    /// <summary>Entries whose name, title or summary holds this text.</summary>
    [MaxLength(200)]
    public string? Q { get; init; }

    /// <summary>Whole entries, or rows without content.</summary>
    public CatalogFields Fields { get; init; }
}

/// <summary>What a list of entries that ask for a tier takes.</summary>
public sealed record GatedCatalogQuery : CatalogQuery
{
    /// <summary>Shows also what the caller's tier does not open, as rows without content.</summary>
    public CatalogInclude? Include { get; init; }
}

/// <summary>What a list of offer catalogs takes.</summary>
public sealed record OfferCatalogQuery : CatalogQuery
{
    /// <summary>Price lists with an offer that may be bought at this time.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>What reading one entry by its name takes.</summary>
public record CatalogVersionQuery
{
    /// <summary>This version instead of the newest active one.</summary>
    [Range(1, 99_999)]
    public int? Version { get; init; }
}
