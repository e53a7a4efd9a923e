using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>The servers of an MCP profile as they are now.</summary>
/// <param name="Servers">One for each server of the profile, in its order.</param>
public sealed record ResolvedServers(IReadOnlyList<ResolvedServer> Servers)
{
    public static Task<Func<CatalogEntry<McpProfile>, ResolvedServers?>> ObserveAsync(HttpContext http)
    {
        var catalog = http.RequestServices.GetRequiredService<CatalogStore>().Current;
        return Task.FromResult<Func<CatalogEntry<McpProfile>, ResolvedServers?>>(profile => new([.. profile.Spec.Servers.Select(used => Of(catalog.Find(used.ServerRef)!))]));
    }

    private static ResolvedServer Of(CatalogEntry<McpServer> server) => new(
        new(server.Ref), server.Spec.DisplayName, server.Metadata.Status, server.Spec.RequiredTier, server.Spec.Address().Host, server.Digest, server.Spec.ToolSetDigest());
}

/// <summary>A server as it is now.</summary>
/// <param name="ServerRef">Its name and version.</param>
/// <param name="DisplayName">The name that customers see.</param>
/// <param name="Status">Whether it may be used.</param>
/// <param name="RequiredTier">The lowest tier that may use it.</param>
/// <param name="Host">Where it listens.</param>
/// <param name="Digest">The digest of its content.</param>
/// <param name="ToolSetDigest">The digest of its tools, which an approval pins.</param>
public sealed record ResolvedServer(Ref<McpServer> ServerRef, string DisplayName, CatalogStatus Status, Tier RequiredTier, string Host, string Digest, string ToolSetDigest);
