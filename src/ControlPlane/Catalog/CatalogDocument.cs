using System.ComponentModel.DataAnnotations;
using System.Text.Json;
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
    [RegularExpression($"^{RefText.Name}$"), MaxLength(63)]
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
    [RegularExpression(RefText.Entry)]
    public string? ReplacedBy { get; init; }

    /// <summary>When a deprecated entry is to be withdrawn.</summary>
    public DateTimeOffset? SunsetAt { get; init; }

    /// <summary>When the entry came into the catalog.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Words to find the entry by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>A catalog entry as it is served.</summary>
/// <typeparam name="T">The content of this kind.</typeparam>
public sealed record CatalogDocument<T>
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
}

/// <summary>The outer form of all entries, whatever their kind.</summary>
internal static class CatalogForm
{
    public const string ApiVersion = "controlplane/v1";

    /// <summary>What a file must hold: the digest is ours to compute.</summary>
    public static JsonSchema Of(string kind, JsonSchema spec) => new()
    {
        Types = ["object"],
        Required = ["apiVersion", "kind", "metadata", "spec"],
        Properties = new Dictionary<string, JsonSchema>
        {
            ["apiVersion"] = Only(ApiVersion),
            ["kind"] = Only(kind),
            ["metadata"] = SpecSchema.Of(typeof(CatalogMetadata)),
            ["spec"] = spec,
        },
    };

    public static IEnumerable<JsonFault> Faults(CatalogMetadata metadata)
    {
        if (metadata.Status == CatalogStatus.Active && metadata.SunsetAt is not null)
            yield return new("/metadata/sunsetAt", "not_deprecated", "Only a deprecated entry has a sunset; set its status.");
        if (metadata.Status != CatalogStatus.Active && metadata.StatusMessage is null)
            yield return new("/metadata/statusMessage", "required", "Say why the entry is no longer active.");
        if (metadata.SunsetAt <= metadata.PublishedAt)
            yield return new("/metadata/sunsetAt", "empty_window", "Let the sunset come after publishedAt.");
    }

    private static JsonSchema Only(string word) => new() { Types = ["string"], Enum = [JsonSerializer.SerializeToElement(word)] };
}
