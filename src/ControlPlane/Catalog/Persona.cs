using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>A character that customers author their agents from.</summary>
public sealed record Persona
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What the persona is good at, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The lowest tier that may use the persona.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>The offer to show to a tenant whose tier is too low.</summary>
    public OfferRef? UpsellOfferRef { get; init; }

    /// <summary>How the persona speaks.</summary>
    public required Tone Tone { get; init; }

    /// <summary>Languages that it is tried in, as BCP 47 tags.</summary>
    [MinLength(1), Format("language")]
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>What it can do, as words to search for.</summary>
    [MinLength(1), Format("slug")]
    public required IReadOnlyList<string> Skills { get; init; }

    /// <summary>A first draft of instructions, to be edited by the customer.</summary>
    [StringLength(2000, MinimumLength = 1), Multiline]
    public required string SuggestedInstructions { get; init; }

    /// <summary>What a customer may ask first.</summary>
    public IReadOnlyList<string> ExamplePrompts { get; init; } = [];

    public bool IsOpenTo(Tier tier) => tier >= RequiredTier;

    internal static IEnumerable<Fault> Faults(Persona persona, CatalogSnapshot catalog) => Gates.Faults(persona.RequiredTier, persona.UpsellOfferRef, catalog);
}

/// <summary>How a persona speaks.</summary>
public enum Tone
{
    Warm,
    Neutral,
    Formal,
    Playful,
    Concise,
}
