using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>A catalog entry as it stands in a file: the digest is ours to compute.</summary>
internal sealed record CatalogFile<T>
{
    public const string KnownApiVersion = "controlplane/v1";

    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public required CatalogMetadata Metadata { get; init; }

    public required T Spec { get; init; }

    public IEnumerable<Fault> Faults(string file)
    {
        if (ApiVersion != KnownApiVersion)
        {
            yield return new("/apiVersion", "not_one_of", $"Write {KnownApiVersion}.");
        }

        if (Kind != typeof(T).Name)
        {
            yield return new("/kind", "not_one_of", $"Files in this folder are of kind {typeof(T).Name}.");
        }

        if (Path.GetFileNameWithoutExtension(file) != Metadata.Name)
        {
            yield return new("/metadata/name", "file_name", $"The file of this entry is {Metadata.Name}.yaml; rename one of them.");
        }

        if (Metadata.Status == CatalogStatus.Active && Metadata.SunsetAt is not null)
        {
            yield return new("/metadata/sunsetAt", "not_deprecated", "Only a deprecated entry has a sunset; set its status.");
        }

        if (Metadata.Status != CatalogStatus.Active && Metadata.StatusMessage is null)
        {
            yield return new("/metadata/statusMessage", "required", "Say why the entry is no longer active.");
        }

        if (Metadata.SunsetAt <= Metadata.PublishedAt)
        {
            yield return new("/metadata/sunsetAt", "empty_window", "Let the sunset come after publishedAt.");
        }
    }
}
