using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>Servers of the Model Context Protocol that go together, each with the tools that are let through, and what the network lets out.</summary>
public sealed record McpProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What agents can do with it, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The lowest tier that may use it.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>The servers.</summary>
    [MinLength(1)]
    public required IReadOnlyList<McpProfileServer> Servers { get; init; }

    /// <summary>Where a runtime may connect to besides; everything else is closed.</summary>
    public required IReadOnlyList<EgressRule> Egress { get; init; }

    internal static IEnumerable<Fault> Faults(McpProfile profile, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(profile.Servers, server => server.ServerRef.Value.Split('@')[0]))
        {
            yield return new($"/servers/{at}/serverRef", "repeated", "Name each server once.");
        }

        foreach (var (at, used) in profile.Servers.Index())
        {
            if (catalog.Find(used.ServerRef)?.Spec is not { } server)
            {
                continue;
            }

            if (!server.AuthModes.Contains(used.AuthMode))
            {
                yield return new($"/servers/{at}/authMode", "not_offered", $"{used.ServerRef} takes {string.Join(", ", server.AuthModes.Select(Storage.Words.Of))}.");
            }

            foreach (var (place, tool) in used.ToolAllow.Index().Where(tool => server.Tools.All(known => known.Name != tool.Item)))
            {
                yield return new($"/servers/{at}/toolAllow/{place}", "no_such_tool", $"{used.ServerRef} has no tool '{tool}'.");
            }

            if (server.RequiredTier > profile.RequiredTier)
            {
                yield return new($"/servers/{at}/serverRef", "tier_too_low", $"{used.ServerRef} asks for {Storage.Words.Of(server.RequiredTier)}; let the profile ask for it too.");
            }

            if (profile.Egress.All(rule => rule.Host != server.Address().Host || rule.Port != server.Address().Port))
            {
                yield return new("/egress", "server_unreachable", $"Let out to {server.Address().Host}:{server.Address().Port}, where {used.ServerRef} listens.");
            }
        }
    }
}

/// <summary>A server of a profile.</summary>
public sealed record McpProfileServer
{
    /// <summary>The server.</summary>
    public required Ref<McpServer> ServerRef { get; init; }

    /// <summary>How one proves to it who one is.</summary>
    public required McpAuthMode AuthMode { get; init; }

    /// <summary>The tools that are let through.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> ToolAllow { get; init; }
}

/// <summary>A way out of a runtime.</summary>
public sealed record EgressRule
{
    /// <summary>A host by its name; no wildcards.</summary>
    [RegularExpression(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"), MaxLength(253)]
    public required string Host { get; init; }

    /// <summary>A port.</summary>
    [Range(1, 65_535)]
    public required int Port { get; init; }
}
