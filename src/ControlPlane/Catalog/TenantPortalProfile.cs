using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>The apps of the portal that customers see.</summary>
public sealed record TenantPortalProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Whom it is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The apps, in order.</summary>
    [MinLength(1)]
    public required IReadOnlyList<PortalApp> Apps { get; init; }

    /// <summary>What is switched on for everybody.</summary>
    [Format("slug")]
    public required IReadOnlyList<string> FeatureFlags { get; init; }

    public PortalApp? App(string id) => Apps.FirstOrDefault(app => app.Id == id);

    internal static IEnumerable<Fault> Faults(TenantPortalProfile profile, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(profile.Apps, app => app.Id))
        {
            yield return new($"/apps/{at}/id", "repeated", "Give each app an id of its own.");
        }

        foreach (var at in Repeated.In(profile.Apps, app => app.Route))
        {
            yield return new($"/apps/{at}/route", "repeated", "Give each app a route of its own.");
        }

        foreach (var (at, app) in profile.Apps.Index())
        {
            if (!Roles.Names.Contains(app.RequiredRole))
            {
                yield return new($"/apps/{at}/requiredRole", "not_one_of", $"There is no role '{app.RequiredRole}'; write one of {string.Join(", ", Roles.Names)}.");
            }

            foreach (var fault in app.Settings?.Faults ?? [])
            {
                yield return fault with { Pointer = $"/apps/{at}/settings{fault.Pointer}" };
            }
        }
    }
}

/// <summary>An app of the portal.</summary>
public sealed record PortalApp
{
    /// <summary>Names it.</summary>
    [Format("slug")]
    public required string Id { get; init; }

    /// <summary>Its title.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string Title { get; init; }

    /// <summary>Where it is found.</summary>
    [RegularExpression(@"^(/[a-z0-9-]+)+$"), MaxLength(100)]
    public required string Route { get; init; }

    /// <summary>The least role that opens it; owners and administrators open all.</summary>
    public required string RequiredRole { get; init; }

    /// <summary>The lowest tier that has it.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>Whether it is there before anybody has switched it on or off.</summary>
    public required bool EnabledByDefault { get; init; }

    /// <summary>What can be set for it, as JSON Schema 2020-12; absent: nothing.</summary>
    public PlainSchema? Settings { get; init; }
}
