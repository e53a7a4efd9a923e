using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Iam;

namespace ControlPlane.Catalog;

/// <summary>What the service makes of its events to be read: one of its projections.</summary>
public sealed record PlatformConsoleReadModel
{
    /// <summary>The name that its users see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it shows, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The projection, as its lag is told.</summary>
    [RegularExpression("^[A-Z][A-Za-z]{1,60}$")]
    public required string Projection { get; init; }

    /// <summary>Whether it is written with the events or behind them.</summary>
    public required ProjectionMode Mode { get; init; }

    /// <summary>The stored events that it follows from; <c>*</c> for all.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> SourceEvents { get; init; }

    /// <summary>The fields that name a row.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> KeyFields { get; init; }

    /// <summary>How old what it shows may be, in seconds; zero where it is written with the events.</summary>
    [Range(0, 3_600)]
    public required int FreshnessSeconds { get; init; }

    /// <summary>What a row holds.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ReadModelField> Fields { get; init; }

    internal static IEnumerable<Fault> Faults(PlatformConsoleReadModel model, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(model.Fields, field => field.Name))
        {
            yield return new($"/fields/{at}/name", "repeated", "Describe each field once.");
        }

        foreach (var (at, key) in model.KeyFields.Index().Where(key => model.Fields.All(field => field.Name != key.Item)))
        {
            yield return new($"/keyFields/{at}", "no_such_field", $"'{key}' is not among the fields.");
        }

        foreach (var (at, field) in model.Fields.Index().Where(field => !Roles.Permissions.Contains(field.Item.Permission)))
        {
            yield return new($"/fields/{at}/permission", "no_such_permission", $"There is no permission '{field.Permission}'.");
        }

        if ((model.FreshnessSeconds == 0) != (model.Mode == ProjectionMode.Inline))
        {
            yield return new("/freshnessSeconds", "out_of_range", "Only what is written with the events is never behind them: 0 for inline, more for async.");
        }
    }
}

/// <summary>When a projection is written.</summary>
public enum ProjectionMode
{
    Inline,
    Async,
}

/// <summary>A field of a read model.</summary>
public sealed record ReadModelField
{
    /// <summary>Its name.</summary>
    [RegularExpression("^[a-z][A-Za-z0-9.]{0,60}$")]
    public required string Name { get; init; }

    /// <summary>What it holds.</summary>
    public required FieldType Type { get; init; }

    /// <summary>What it tells of a person.</summary>
    public required PersonalData Pii { get; init; }

    /// <summary>Who may read it.</summary>
    public required string Permission { get; init; }
}

/// <summary>What a field holds.</summary>
public enum FieldType
{
    Id,
    Text,
    Word,
    Number,
    Boolean,
    Time,
    List,
    Object,
}

/// <summary>What a field tells of a person.</summary>
public enum PersonalData
{
    None,

    /// <summary>An id that stands for somebody.</summary>
    Pseudonymous,

    /// <summary>Somebody's name, address or words; sealed where it is stored.</summary>
    Sealed,
}
