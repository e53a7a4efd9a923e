using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What an agent instance is made from.</summary>
public sealed record AgentBlueprint
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What an instance is good for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The lowest tier that may draft an instance.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>The plan that an instance gets when none is asked for.</summary>
    public required Ref<PlanProfile> PlanRef { get; init; }

    /// <summary>All plans that an instance may be on.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Ref<PlanProfile>> PlanRefs { get; init; }

    /// <summary>The offer to show first when the trial ends.</summary>
    public OfferRef? OfferRef { get; init; }

    /// <summary>Personas that go well with it, best first.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Ref<Persona>> PersonaRefs { get; init; }

    /// <summary>What an instance runs on.</summary>
    public Ref<AgentClass>? AgentClassRef { get; init; }

    /// <summary>How it behaves.</summary>
    public Ref<PersonalityProfile>? PersonalityRef { get; init; }

    /// <summary>Images, models and places that it may be made of.</summary>
    public Ref<RuntimeProfileCatalog>? RuntimeRef { get; init; }

    /// <summary>Which tools it may use for whom.</summary>
    public Ref<ToolingMatrixProfile>? ToolingRef { get; init; }

    /// <summary>Its files.</summary>
    public Ref<WorkspaceProfile>? WorkspaceRef { get; init; }

    /// <summary>Whether an instance may start with a trial.</summary>
    public required bool TrialEligible { get; init; }

    /// <summary>Whether an instance lives in Telegram, so that it can't start before it has its bot.</summary>
    public required bool TelegramFirst { get; init; }

    /// <summary>Where an instance may run; the first is the default.</summary>
    [MinLength(1), Format("slug")]
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>The configuration of an instance as JSON Schema 2020-12; <c>x-access</c> says of each path who may set it.</summary>
    public required ConfigSchema ConfigSchema { get; init; }

    /// <summary>The configuration that an instance starts with.</summary>
    public required JsonElement Defaults { get; init; }

    public bool Admits(string planRef) => PlanRefs.Contains(new Ref<PlanProfile>(planRef));

    internal static IEnumerable<Fault> Faults(AgentBlueprint blueprint, CatalogSnapshot catalog)
    {
        if (!blueprint.Admits(blueprint.PlanRef.Value))
        {
            yield return new("/planRef", "plan_not_admitted", "Name one of planRefs.");
        }

        if (blueprint.OfferRef is { } offerRef && catalog.Find(offerRef.Catalog) is not null)
        {
            if (catalog.Offer(offerRef) is not { } offer)
            {
                yield return new("/offerRef", "dangling_reference", $"There is no offer '{offerRef.Offer}' in {offerRef.Catalog}.");
            }
            else if (!blueprint.Admits(offer.PlanRef.Value))
            {
                yield return new("/offerRef", "plan_not_admitted", "Name an offer of one of planRefs.");
            }
        }

        if (blueprint.TrialEligible && catalog.Find(blueprint.PlanRef) is { Spec.Trial: null })
        {
            yield return new("/trialEligible", "no_trial_terms", $"The plan {blueprint.PlanRef} has no trial.");
        }

        if (blueprint.RuntimeRef is { } runtimeRef && catalog.Find(runtimeRef)?.Spec is { } runtime)
        {
            foreach (var (at, region) in blueprint.Regions.Index().Where(region => !runtime.Regions.Contains(region.Item)))
            {
                yield return new($"/regions/{at}", "no_such_region", $"{runtimeRef} has no region '{region}'.");
            }
        }

        foreach (var fault in blueprint.ConfigSchema.Faults)
        {
            yield return fault with { Pointer = $"/configSchema{fault.Pointer}" };
        }

        if (blueprint.ConfigSchema.Faults.Count > 0)
        {
            yield break;
        }

        foreach (var fault in blueprint.ConfigSchema.Check(blueprint.Defaults))
        {
            yield return fault with { Pointer = $"/defaults{fault.Pointer}" };
        }
    }
}
