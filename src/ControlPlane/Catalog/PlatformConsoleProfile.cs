using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Iam;

namespace ControlPlane.Catalog;

/// <summary>The pages of the console that staff and administrators work with.</summary>
public sealed record PlatformConsoleProfile
{
    /// <summary>The name that its users see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Whom it is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The pages, in order.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ConsoleSection> Sections { get; init; }

    /// <summary>Staff, and whoever administers a tenant.</summary>
    internal static bool IsVisibleTo(Caller caller) => caller.IsOfPlatform || caller.May("iam:write");

    internal static IEnumerable<Fault> Faults(PlatformConsoleProfile profile, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(profile.Sections, section => section.Id))
        {
            yield return new($"/sections/{at}/id", "repeated", "Give each section an id of its own.");
        }

        foreach (var (at, section) in profile.Sections.Index())
        {
            foreach (var (place, permission) in section.Permissions.Index().Where(permission => !Roles.Permissions.Contains(permission.Item)))
            {
                yield return new($"/sections/{at}/permissions/{place}", "no_such_permission",
                    $"There is no permission '{permission}'{(Suggestions.For(permission, Roles.Permissions) is [var near, ..] ? $"; did you mean {near}" : "")}.");
            }
        }
    }
}

/// <summary>A page of the console.</summary>
public sealed record ConsoleSection
{
    /// <summary>Names it.</summary>
    [Format("slug")]
    public required string Id { get; init; }

    /// <summary>Its title.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string Title { get; init; }

    /// <summary>All of these are needed to open it.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>What it shows.</summary>
    public IReadOnlyList<Ref<PlatformConsoleReadModel>> ReadModelRefs { get; init; } = [];
}
