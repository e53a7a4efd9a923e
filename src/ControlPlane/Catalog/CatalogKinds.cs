using System.Text.Json;
using ControlPlane.Hosting;

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

/// <summary>The kinds of things that the catalog holds. A kind is one record, its folder, and its line here.</summary>
public sealed class CatalogKinds
{
    private readonly List<CatalogKind> _kinds = [];

    public IReadOnlyList<CatalogKind> All => _kinds;

    public static CatalogKinds Shipped { get; } = new CatalogKinds()
        .Add<AgentBlueprint>("agent-blueprints", CatalogAddress.Ref, AgentBlueprint.Faults)
        .Add<OfferCatalog>("offer-catalogs", CatalogAddress.Name, OfferCatalog.Faults)
        .Add<Persona>("personas", CatalogAddress.Name, Persona.Faults)
        .Add<PlanProfile>("plan-profiles", CatalogAddress.Name, PlanProfile.Faults)
        .Add<RetentionPolicy>("retention-policies", CatalogAddress.None, RetentionPolicy.Faults);

    /// <param name="folder">Where its files lie, and its path under <c>/v1</c>.</param>
    /// <param name="address">How one entry is read over REST.</param>
    /// <param name="faults">What can be wrong with an entry beyond its schema and its references, seen beside the rest of the catalog.</param>
    public CatalogKinds Add<T>(string folder, CatalogAddress address, Func<T, CatalogSnapshot, IEnumerable<JsonFault>>? faults = null)
        where T : class
    {
        _kinds.Add(new CatalogKind<T>(folder, address, faults ?? ((_, _) => [])));
        return this;
    }

    public CatalogKind? InFolder(string folder) => _kinds.FirstOrDefault(kind => kind.Folder == folder);
}

/// <summary>A kind of thing that the catalog holds.</summary>
public abstract class CatalogKind(Type spec, string folder, CatalogAddress address)
{
    private readonly Lazy<JsonSchema> _schema = new(() => CatalogForm.Of(spec.Name, SpecSchema.Of(spec)));

    public string Name => spec.Name;

    public Type Spec => spec;

    public string Folder => folder;

    public CatalogAddress Address => address;

    /// <summary>The schema of a file's document.</summary>
    public JsonSchema Schema => _schema.Value;

    /// <summary>Makes an entry of a document that the schema has passed.</summary>
    internal abstract CatalogEntry Read(JsonElement document);

    internal abstract IEnumerable<JsonFault> Faults(CatalogEntry entry, CatalogSnapshot catalog);

    internal abstract CatalogShelf Shelve(IEnumerable<CatalogEntry> entries);
}

internal sealed class CatalogKind<T>(string folder, CatalogAddress address, Func<T, CatalogSnapshot, IEnumerable<JsonFault>> faults)
    : CatalogKind(typeof(T), folder, address)
    where T : class
{
    internal override CatalogEntry Read(JsonElement document)
    {
        var metadata = document.GetProperty("metadata").Deserialize<CatalogMetadata>(CatalogJson.Options)!;
        var content = document.GetProperty("spec");
        return new CatalogEntry<T>
        {
            Kind = Name,
            Metadata = metadata,
            Digest = CanonicalJson.Digest(content),
            Ref = RefText.Of(metadata.Name, metadata.Version),
            Content = content,
            Spec = content.Deserialize<T>(CatalogJson.Options)!,
        };
    }

    internal override IEnumerable<JsonFault> Faults(CatalogEntry entry, CatalogSnapshot catalog) =>
        faults(((CatalogEntry<T>)entry).Spec, catalog).Select(fault => fault with { Pointer = $"/spec{fault.Pointer}" });

    internal override CatalogShelf Shelve(IEnumerable<CatalogEntry> entries) => new([.. entries.Cast<CatalogEntry<T>>()
        .OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenByDescending(entry => entry.Metadata.Version)]);
}
