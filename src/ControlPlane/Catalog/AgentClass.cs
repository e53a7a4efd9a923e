using System.ComponentModel.DataAnnotations;
using System.Text;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What instances of one sort run on, and the tools that can be added to them.</summary>
public sealed record AgentClass
{
    // Telegram gives a button's data no more.
    private const int MaxKeyBytes = 64;

    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it is made for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The lowest tier that may use it.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>Its machine.</summary>
    public required Ref<ExecutionProfile> ExecutionRef { get; init; }

    /// <summary>What it is made of.</summary>
    public required Ref<RuntimeProfileCatalog> RuntimeRef { get; init; }

    /// <summary>The image of <c>runtimeRef</c> that it starts from.</summary>
    [MaxLength(120)]
    public required string Image { get; init; }

    /// <summary>Which tools it may use for whom.</summary>
    public required Ref<ToolingMatrixProfile> ToolingRef { get; init; }

    /// <summary>What is watched of it.</summary>
    public required Ref<ObservabilityProfile> ObservabilityRef { get; init; }

    /// <summary>What it has learnt.</summary>
    public IReadOnlyList<Ref<SkillBundle>> SkillRefs { get; init; } = [];

    /// <summary>Sets of tools that a customer may add, each as one choice.</summary>
    public IReadOnlyList<CapabilityPack> CapabilityPacks { get; init; } = [];

    internal static IEnumerable<Fault> Faults(AgentClass agentClass, CatalogSnapshot catalog)
    {
        if (catalog.Find(agentClass.RuntimeRef) is { } runtime && runtime.Spec.Image(agentClass.Image) is null)
        {
            yield return new("/image", "no_such_image", $"{agentClass.RuntimeRef} has no image '{agentClass.Image}'.");
        }

        foreach (var at in Repeated.In(agentClass.CapabilityPacks, pack => pack.Key))
        {
            yield return new($"/capabilityPacks/{at}/key", "repeated", "Give each pack a key of its own.");
        }

        foreach (var (at, pack) in agentClass.CapabilityPacks.Index().Where(pack => Encoding.UTF8.GetByteCount(pack.Item.Key) > MaxKeyBytes))
        {
            yield return new($"/capabilityPacks/{at}/key", "too_long", $"A key has at most {MaxKeyBytes} bytes, for it travels in a button.");
        }
    }
}

/// <summary>A set of tools that a customer may add.</summary>
public sealed record CapabilityPack
{
    /// <summary>Names the choice.</summary>
    [Format("slug")]
    public required string Key { get; init; }

    /// <summary>Names its title in the texts of the bot.</summary>
    [RegularExpression(@"^[a-z0-9_]+(\.[a-z0-9_]+)*$"), MaxLength(100)]
    public required string TitleKey { get; init; }

    /// <summary>The tools.</summary>
    public required Ref<McpProfile> McpProfileRef { get; init; }
}
