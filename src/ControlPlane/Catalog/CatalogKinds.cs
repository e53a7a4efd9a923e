using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>How one entry of a kind is read over REST.</summary>
public enum CatalogAddress
{
    /// <summary>By its name, which means the newest active version; <c>?version=</c> pins one.</summary>
    Name,

    /// <summary>By <c>name@version</c> or <c>name@latest</c>.</summary>
    Ref,

    /// <summary>Not at all: the service itself is the only reader.</summary>
    None,
}

/// <summary>The tier that an entry asks for, and the offer to show to those below.</summary>
public sealed record TierGate(Tier RequiredTier, OfferRef? UpsellOfferRef);

/// <summary>The kinds of things that the catalog holds. A kind is one record, its folder, and its line here.</summary>
public sealed class CatalogKinds
{
    private readonly List<CatalogKind> _kinds = [];

    public static CatalogKinds Shipped { get; } = new CatalogKinds()
        .Add<AgentBlueprint>("agent-blueprints", CatalogAddress.Ref, AgentBlueprint.Faults)
        .Add<AgentClass>("agent-classes", CatalogAddress.None, AgentClass.Faults)
        .Add<AgentPack>("agent-packs", CatalogAddress.None, AgentPack.Faults)
        .Add<ClusterEventHookProfile>("cluster-event-hook-profiles", CatalogAddress.Name, ClusterEventHookProfile.Faults)
        .Add<ExecutionProfile>("execution-profiles", CatalogAddress.Name, ExecutionProfile.Faults, kind => kind.Observed(ExecutionUse.ObserveAsync))
        .Add<McpProfile>("mcp-profiles", CatalogAddress.Name, McpProfile.Faults, kind => kind.Observed(ResolvedServers.ObserveAsync))
        .Add<McpServer>("mcps", CatalogAddress.Name, McpServer.Faults, kind =>
        {
            kind.GatedBy(server => new(server.RequiredTier, server.UpsellOfferRef));
            kind.Reserving("custom");
        })
        .Add<NotificationProfile>("notification-profiles", CatalogAddress.Name, NotificationProfile.Faults)
        .Add<ObservabilityProfile>("observability-profiles", CatalogAddress.Name, ObservabilityProfile.Faults)
        .Add<OfferCatalog>("offer-catalogs", CatalogAddress.Name, OfferCatalog.Faults, kind => kind.FilteredBy<OfferCatalogQuery>(OfferCatalog.IsOpen))
        .Add<Persona>("personas", CatalogAddress.Name, Persona.Faults, kind => kind.GatedBy(persona => new(persona.RequiredTier, persona.UpsellOfferRef)))
        .Add<PersonalityProfile>("personality-profiles", CatalogAddress.Name, PersonalityProfile.Faults)
        .Add<PlanProfile>("plan-profiles", CatalogAddress.Name, PlanProfile.Faults)
        .Add<PlatformConsoleProfile>("platform-console-profiles", CatalogAddress.Name, PlatformConsoleProfile.Faults, kind => kind.VisibleTo(PlatformConsoleProfile.IsVisibleTo))
        .Add<PlatformConsoleReadModel>("platform-console-read-models", CatalogAddress.Name, PlatformConsoleReadModel.Faults, kind => kind.Observed(ReadModelLag.ObserveAsync))
        .Add<RetentionPolicy>("retention-policies", CatalogAddress.None, RetentionPolicy.Faults)
        .Add<RuntimeProfileCatalog>("runtime-profile-catalogs", CatalogAddress.Name, RuntimeProfileCatalog.Faults)
        .Add<SkillBundle>("skill-bundles", CatalogAddress.Ref, SkillBundle.Faults)
        .Add<SympoziumIntegrationProfile>("sympozium-integration-profiles", CatalogAddress.Name, SympoziumIntegrationProfile.Faults)
        .Add<TenantPortalProfile>("tenant-portal-profiles", CatalogAddress.Name, TenantPortalProfile.Faults)
        .Add<ToolingMatrixProfile>("tooling-matrix-profiles", CatalogAddress.Name, ToolingMatrixProfile.Faults, kind =>
        {
            kind.AskedBy<ToolingQuery>();
            kind.Observed(ToolExplanation.ObserveAsync);
        })
        .Add<WorkspaceFilesystemProfile>("workspace-filesystem-profiles", CatalogAddress.Ref, WorkspaceFilesystemProfile.Faults)
        .Add<WorkspaceProfile>("workspace-profiles", CatalogAddress.Ref, WorkspaceProfile.Faults);

    public IReadOnlyList<CatalogKind> All => _kinds;

    /// <param name="folder">Where its files lie, and its path under <c>/v1</c>.</param>
    /// <param name="address">How one entry is read over REST.</param>
    /// <param name="faults">What can be wrong with an entry beyond its shape and its references, seen beside the rest of the catalog.</param>
    /// <param name="more">What else the kind has: a gate, a filter of its own.</param>
    public CatalogKinds Add<T>(
        string folder, CatalogAddress address, Func<T, CatalogSnapshot, IEnumerable<Fault>>? faults = null, Action<CatalogKind<T>>? more = null)
        where T : class
    {
        var kind = new CatalogKind<T>(folder, address, faults ?? ((_, _) => []));
        more?.Invoke(kind);
        _kinds.Add(kind);
        return this;
    }

    public CatalogKind? InFolder(string folder) => _kinds.FirstOrDefault(kind => kind.Folder == folder);
}
