using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>What is sold together: blueprints, personas, tools and the offers that open them.</summary>
public sealed record AgentPack
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What a customer gets, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The blueprints, first the one to show.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Ref<AgentBlueprint>> BlueprintRefs { get; init; }

    /// <summary>The personas.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Ref<Persona>> PersonaRefs { get; init; }

    /// <summary>The tools.</summary>
    public required IReadOnlyList<Ref<McpServer>> McpRefs { get; init; }

    /// <summary>The offers that open it, cheapest first.</summary>
    [MinLength(1)]
    public required IReadOnlyList<OfferRef> OfferRefs { get; init; }

    internal static IEnumerable<Fault> Faults(AgentPack pack, CatalogSnapshot catalog)
    {
        var blueprints = pack.BlueprintRefs.Select(catalog.Find).OfType<CatalogEntry<AgentBlueprint>>().ToArray();
        foreach (var (at, named) in pack.OfferRefs.Index())
        {
            if (catalog.Find(named.Catalog) is null)
            {
                continue;
            }

            if (catalog.Offer(named) is not { } offer)
            {
                yield return new($"/offerRefs/{at}", "dangling_reference", $"There is no offer '{named.Offer}' in {named.Catalog}.");
            }
            else if (blueprints.Length > 0 && blueprints.All(blueprint => !blueprint.Spec.Admits(offer.PlanRef.Value)))
            {
                yield return new($"/offerRefs/{at}", "plan_not_admitted", $"None of the blueprints may be on {offer.PlanRef}.");
            }
        }
    }
}
