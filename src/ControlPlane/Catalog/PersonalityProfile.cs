using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How an agent behaves, whoever it plays.</summary>
public sealed record PersonalityProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>How it comes across, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>How it speaks.</summary>
    public required Tone Tone { get; init; }

    /// <summary>How long its answers are.</summary>
    public required Verbosity Verbosity { get; init; }

    /// <summary>Languages that it is tried in.</summary>
    [MinLength(1), Format("language")]
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>What it never does, whatever it is told.</summary>
    [MinLength(1)]
    public required IReadOnlyList<GuardRail> GuardRails { get; init; }

    /// <summary>Names its instructions, which the runtime has and nobody else is shown.</summary>
    [RegularExpression("^prompt:[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,4}$")]
    public required string SystemPromptRef { get; init; }

    internal static IEnumerable<Fault> Faults(PersonalityProfile profile, CatalogSnapshot catalog) =>
        Repeated.In(profile.GuardRails, rail => rail.Id).Select(at => new Fault($"/guardRails/{at}/id", "repeated", "Give each guard-rail an id of its own."));
}

/// <summary>How long answers are.</summary>
public enum Verbosity
{
    Terse,
    Balanced,
    Thorough,
}

/// <summary>Something that is never done.</summary>
public sealed record GuardRail
{
    /// <summary>Names it.</summary>
    [Format("slug")]
    public required string Id { get; init; }

    /// <summary>What is not done, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Rule { get; init; }

    /// <summary>What is done instead.</summary>
    public required GuardRailAction Action { get; init; }
}

/// <summary>What is done at a guard-rail.</summary>
public enum GuardRailAction
{
    Refuse,
    AskOwner,
    Redact,
}
