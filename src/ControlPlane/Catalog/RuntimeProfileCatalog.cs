using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>What runtimes are made of: images, models, places.</summary>
public sealed record RuntimeProfileCatalog
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Which runtimes it is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Images that a runtime may be started from.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RuntimeImage> Images { get; init; }

    /// <summary>Models by family, so that a configuration names a family and outlives a model.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ModelFamily> ModelFamilies { get; init; }

    /// <summary>Where runtimes run.</summary>
    [MinLength(1), Format("slug")]
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>What a runtime may do on its host.</summary>
    public required RuntimeSecurity Security { get; init; }

    public RuntimeImage? Image(string name) => Images.FirstOrDefault(image => image.Name == name);

    internal static IEnumerable<Fault> Faults(RuntimeProfileCatalog catalog, CatalogSnapshot all) =>
    [
        .. Repeated.In(catalog.Images, image => image.Name).Select(at => new Fault($"/images/{at}/name", "repeated", "Give each image a name of its own.")),
        .. Repeated.In(catalog.ModelFamilies, family => family.Family).Select(at => new Fault($"/modelFamilies/{at}/family", "repeated", "Describe each family once.")),
        .. catalog.ModelFamilies.SelectMany((family, at) => Repeated.In(family.Models, model => model.Id)
            .Select(model => new Fault($"/modelFamilies/{at}/models/{model}/id", "repeated", "Name each model once."))),
    ];
}

/// <summary>An image that a runtime may be started from.</summary>
public sealed record RuntimeImage
{
    /// <summary>Names it within the catalog, such as <c>assistant/telegram-2</c>.</summary>
    [RegularExpression("^[a-z0-9]+([._/-][a-z0-9]+)*$"), MaxLength(120)]
    public required string Name { get; init; }

    /// <summary>What is started: the manifest's digest, never a tag.</summary>
    [RegularExpression("^sha256:[0-9a-f]{64}$")]
    public required string Digest { get; init; }

    /// <summary>The processors that it is built for.</summary>
    [MinLength(1)]
    public required IReadOnlyList<CpuArchitecture> Architectures { get; init; }

    /// <summary>From when on nothing is started from it; absent: not decided.</summary>
    [Format("date")]
    public string? EndOfLife { get; init; }
}

/// <summary>A processor's architecture.</summary>
public enum CpuArchitecture
{
    Amd64,
    Arm64,
}

/// <summary>Models that do the same job.</summary>
public sealed record ModelFamily
{
    /// <summary>What a configuration names.</summary>
    [Format("slug")]
    public required string Family { get; init; }

    /// <summary>The models, preferred first.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RuntimeModel> Models { get; init; }
}

/// <summary>A model of a provider.</summary>
public sealed record RuntimeModel
{
    /// <summary>What the provider calls it.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string Id { get; init; }

    /// <summary>Who runs it.</summary>
    [Format("slug")]
    public required string Provider { get; init; }

    /// <summary>How many tokens a conversation may have.</summary>
    [Range(1_000, 10_000_000)]
    public required int ContextTokens { get; init; }

    /// <summary>When the provider ends it; absent: not announced.</summary>
    [Format("date")]
    public string? EndOfLife { get; init; }
}

/// <summary>What a runtime may do on its host.</summary>
public sealed record RuntimeSecurity
{
    /// <summary>Whether it is started as a user that is not root.</summary>
    public required bool RunAsNonRoot { get; init; }

    /// <summary>Whether it can't write to its own image.</summary>
    public required bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>Which calls of the kernel are open to it.</summary>
    public required SeccompProfile Seccomp { get; init; }

    /// <summary>Rights that it has on top of none.</summary>
    [Format("slug")]
    public required IReadOnlyList<string> Capabilities { get; init; }
}

/// <summary>Which calls of the kernel are open.</summary>
public enum SeccompProfile
{
    RuntimeDefault,
    Restricted,
}
