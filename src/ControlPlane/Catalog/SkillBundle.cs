using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>Skills that are given to agents together: instructions and the files that they need.</summary>
public sealed record SkillBundle
{
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What an agent can do with it, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Who wrote it.</summary>
    public required SkillAuthor Author { get; init; }

    /// <summary>An SPDX licence identifier.</summary>
    [RegularExpression(@"^[A-Za-z0-9][A-Za-z0-9.+-]{1,60}$")]
    public required string Licence { get; init; }

    /// <summary>What it can do.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Skill> Skills { get; init; }

    /// <summary>What it has to be allowed.</summary>
    public required IReadOnlyList<SkillPermission> Permissions { get; init; }

    /// <summary>Every file of it.</summary>
    [MinLength(1)]
    public required IReadOnlyList<SkillFile> Files { get; init; }

    internal static IEnumerable<Fault> Faults(SkillBundle bundle, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(bundle.Skills, skill => skill.Id))
        {
            yield return new($"/skills/{at}/id", "repeated", "Give each skill an id of its own.");
        }

        foreach (var at in Repeated.In(bundle.Files, file => file.Path.ToUpperInvariant()))
        {
            yield return new($"/files/{at}/path", "repeated", "List each file once; upper and lower case are the same.");
        }

        foreach (var (at, skill) in bundle.Skills.Index().Where(skill => bundle.Files.All(file => file.Path != skill.Item.Entry)))
        {
            yield return new($"/skills/{at}/entry", "no_such_file", $"{skill.Entry} is not among the files.");
        }

        if (bundle.Files.Sum(file => file.SizeBytes) > MaxBytes)
        {
            yield return new("/files", "too_large", $"A bundle has at most {MaxBytes / 1024 / 1024} MiB.");
        }
    }
}

/// <summary>Who wrote a bundle.</summary>
public sealed record SkillAuthor
{
    /// <summary>The name of the author or the house.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>Where more is told.</summary>
    [Format("uri")]
    public string? Url { get; init; }
}

/// <summary>One thing that an agent learns.</summary>
public sealed record Skill
{
    /// <summary>Names it within the bundle.</summary>
    [Format("slug")]
    public required string Id { get; init; }

    /// <summary>When it is of use, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The file that is read first.</summary>
    [MaxLength(200)]
    public required string Entry { get; init; }
}

/// <summary>What a bundle asks for.</summary>
public enum SkillPermission
{
    ReadWorkspace,
    WriteWorkspace,
    RunCommands,
    UseNetwork,
    SendMessages,
}

/// <summary>A file of a bundle; its bytes are the runtime's to fetch.</summary>
public sealed record SkillFile
{
    /// <summary>Below the bundle's root.</summary>
    [RegularExpression(@"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$"), MaxLength(200)]
    public required string Path { get; init; }

    /// <summary>How long it is.</summary>
    [Range(0, 16_777_216)]
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of its bytes, in hex.</summary>
    [RegularExpression("^[0-9a-f]{64}$")]
    public required string Sha256 { get; init; }
}
