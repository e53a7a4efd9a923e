using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How a workspace is reached as a file system.</summary>
public sealed partial record WorkspaceFilesystemProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>Whom it suits, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>What is spoken.</summary>
    public required MountProtocol Protocol { get; init; }

    /// <summary>Where below the endpoint the files are; <c>{workspace}</c> stands for the workspace's id.</summary>
    [RegularExpression(@"^(/([a-z0-9-]+|\{workspace\}))+/?$"), MaxLength(200)]
    public required string PathTemplate { get; init; }

    /// <summary>What may be asked for; <c>rw</c> needs a right and a plan on top.</summary>
    [MinLength(1)]
    public required IReadOnlyList<MountAccess> Access { get; init; }

    /// <summary>The longest life of one token, in seconds.</summary>
    [Range(60, 900)]
    public required int MaxTokenSeconds { get; init; }

    /// <summary>For how long a session may be renewed, in seconds.</summary>
    [Range(900, 86_400)]
    public required int MaxLeaseSeconds { get; init; }

    /// <summary>Clients that it is tried with, and what to do on each.</summary>
    [MinLength(1)]
    public required IReadOnlyList<MountClient> Clients { get; init; }

    internal static IEnumerable<Fault> Faults(WorkspaceFilesystemProfile profile, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(profile.Clients, client => client.Os))
        {
            yield return new($"/clients/{at}/os", "repeated", "Describe each system once.");
        }

        if (profile.MaxLeaseSeconds < profile.MaxTokenSeconds)
        {
            yield return new("/maxLeaseSeconds", "out_of_range", "Let a session last at least as long as its first token.");
        }

        foreach (var (client, step, command) in profile.Clients.Index().SelectMany(client => client.Item.Steps.Index().Select(step => (client.Index, step.Index, step.Item.Command))))
        {
            foreach (var unknown in Placeholder().Matches(command ?? "").Where(found => found.Value is not ("{{MOUNT_TOKEN}}" or "{{ENDPOINT}}")).Select(found => found.Value))
            {
                yield return new($"/clients/{client}/steps/{step}/command", "unknown_placeholder", $"Write {{{{MOUNT_TOKEN}}}} or {{{{ENDPOINT}}}} instead of {unknown}.");
            }
        }
    }

    [GeneratedRegex(@"\{\{.*?\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>What is spoken between a client and a workspace.</summary>
public enum MountProtocol
{
    Webdav,
    Sftp,
    Fuse,
}

/// <summary>What may be done with files.</summary>
public enum MountAccess
{
    Ro,
    Rw,
}

/// <summary>The system of a client.</summary>
public enum ClientOs
{
    Macos,
    Windows,
    Linux,
}

/// <summary>A system that files are mounted on.</summary>
public sealed record MountClient
{
    /// <summary>The system.</summary>
    public required ClientOs Os { get; init; }

    /// <summary>From this version on.</summary>
    [RegularExpression(@"^[0-9]+(\.[0-9]+){0,3}$")]
    public required string MinVersion { get; init; }

    /// <summary>What its user does, in order.</summary>
    [MinLength(1)]
    public required IReadOnlyList<MountStep> Steps { get; init; }
}

/// <summary>One thing to do.</summary>
public sealed record MountStep
{
    /// <summary>What it is, in a few words.</summary>
    [StringLength(80, MinimumLength = 1)]
    public required string Title { get; init; }

    /// <summary>What to enter, with <c>{{MOUNT_TOKEN}}</c> and <c>{{ENDPOINT}}</c> as placeholders; absent where nothing is entered.</summary>
    [StringLength(500, MinimumLength = 1)]
    public string? Command { get; init; }

    /// <summary>Why, in a sentence or two.</summary>
    [StringLength(400, MinimumLength = 1)]
    public required string Explanation { get; init; }

    /// <summary>Whether it needs an administrator of the machine.</summary>
    public bool RequiresAdmin { get; init; }
}
