namespace ControlPlane.Contracts;

/// <summary>An entry of the catalog may be used from here on.</summary>
/// <param name="EntryId">Kind and reference: <c>PlanProfile/solo@2</c>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="EntryRef">Name and version.</param>
/// <param name="Digest"><c>sha256:</c> of the content in canonical form (RFC 8785).</param>
[IntegrationEvent("catalog_entry", "published")]
public sealed record CatalogEntryPublished(string EntryId, string Kind, string EntryRef, string Digest);

/// <summary>An entry of the catalog may be used for the time being.</summary>
/// <param name="EntryId">Kind and reference: <c>PlanProfile/solo@1</c>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="EntryRef">Name and version.</param>
/// <param name="ReplacedBy">The entry of the same kind to use instead.</param>
/// <param name="SunsetAt">When it is to be withdrawn.</param>
[IntegrationEvent("catalog_entry", "deprecated")]
public sealed record CatalogEntryDeprecated(string EntryId, string Kind, string EntryRef, string? ReplacedBy, DateTimeOffset? SunsetAt);

/// <summary>An entry of the catalog may be used only by those that hold it already.</summary>
/// <param name="EntryId">Kind and reference: <c>OfferCatalog/founders@1</c>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="EntryRef">Name and version.</param>
[IntegrationEvent("catalog_entry", "withdrawn")]
public sealed record CatalogEntryWithdrawn(string EntryId, string Kind, string EntryRef);
