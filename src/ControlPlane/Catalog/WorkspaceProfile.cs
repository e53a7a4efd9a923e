using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>The files of an instance: how many, how safe, how reached.</summary>
public sealed record WorkspaceProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it is made for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The most that it holds, in bytes.</summary>
    [Range(1_048_576, 1_099_511_627_776)]
    public required long SizeBytes { get; init; }

    /// <summary>The most files and folders that it holds.</summary>
    [Range(100, 100_000_000)]
    public required int MaxFiles { get; init; }

    /// <summary>For how many days a deleted file can be brought back.</summary>
    [Range(0, 365)]
    public required int DeletedFilesKeptDays { get; init; }

    /// <summary>How it is backed up.</summary>
    public required BackupClass Backup { get; init; }

    /// <summary>How it may be mounted; empty: not at all.</summary>
    public required IReadOnlyList<Ref<WorkspaceFilesystemProfile>> Mounts { get; init; }

    internal static IEnumerable<Fault> Faults(WorkspaceProfile profile, CatalogSnapshot catalog) =>
        Repeated.In(profile.Mounts, mount => mount).Select(at => new Fault($"/mounts/{at}", "repeated", "Name each mount once."));
}

/// <summary>How files are backed up.</summary>
public enum BackupClass
{
    None,
    Daily,
    Hourly,
}
