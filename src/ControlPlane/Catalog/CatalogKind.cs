using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>A kind of thing that the catalog holds.</summary>
public abstract class CatalogKind(Type spec, string folder, CatalogAddress address)
{
    public string Name => spec.Name;

    public string Folder => folder;

    public CatalogAddress Address => address;

    /// <summary>What an entry holds.</summary>
    public Type Spec => spec;

    /// <summary>What a list of the kind takes.</summary>
    public QueryAttribute Query { get; private protected set; } = new QueryAttribute<CatalogQuery>();

    /// <summary>What reading one entry by its name takes.</summary>
    public QueryAttribute OneQuery { get; private protected set; } = new QueryAttribute<CatalogVersionQuery>();

    /// <summary>Names that no entry may have, for paths of their own have them.</summary>
    public IReadOnlyList<string> Reserved { get; private protected set; } = [];

    /// <summary>Whether entries ask for a tier.</summary>
    public bool IsGated { get; private protected set; }

    internal abstract Type File { get; }

    internal abstract Type Document { get; }

    internal abstract TierGate? GateOf(CatalogEntry entry);

    /// <summary>Whether the caller is shown entries of the kind at all.</summary>
    internal abstract bool IsVisibleTo(Caller caller);

    /// <summary>What a request is shown of each entry besides its content, as it is just now; null where the kind has nothing of the sort.</summary>
    internal abstract Task<Func<CatalogEntry, object?>?> ObserveAsync(HttpContext http);

    internal abstract bool Matches(CatalogEntry entry, CatalogQuery query);

    /// <summary>Makes an entry of a document that has the shape of <see cref="File"/>, and tells what else is wrong with it alone.</summary>
    internal abstract (CatalogEntry Entry, IEnumerable<Fault> Faults) Read(string file, JsonElement document);

    internal abstract IEnumerable<Fault> Faults(CatalogEntry entry, CatalogSnapshot catalog);

    internal abstract CatalogShelf Shelve(IEnumerable<CatalogEntry> entries);
}

/// <inheritdoc/>
public sealed class CatalogKind<T>(string folder, CatalogAddress address, Func<T, CatalogSnapshot, IEnumerable<Fault>> faults)
    : CatalogKind(typeof(T), folder, address)
    where T : class
{
    private Func<T, TierGate>? _gate;
    private Func<Caller, bool> _isVisibleTo = _ => true;
    private Func<HttpContext, Task<Func<CatalogEntry, object?>>>? _observe;
    private Type _document = typeof(CatalogDocument<T>);
    private Func<T, CatalogQuery, bool> _matches = (_, _) => true;

    internal override Type File => typeof(CatalogFile<T>);

    internal override Type Document => _document;

    /// <summary>Shows an entry only to those whose tier is high enough.</summary>
    public void GatedBy(Func<T, TierGate> gate) => (_gate, IsGated, Query) = (gate, true, new QueryAttribute<GatedCatalogQuery>());

    /// <summary>Keeps names for paths of their own.</summary>
    public void Reserving(params string[] names) => Reserved = names;

    /// <summary>Hides all entries from others.</summary>
    public void VisibleTo(Func<Caller, bool> isVisibleTo) => _isVisibleTo = isVisibleTo;

    /// <summary>Shows beside the content what is so just now; what is null is left out.</summary>
    public void Observed<TObserved>(Func<HttpContext, Task<Func<CatalogEntry<T>, TObserved?>>> observe)
        where TObserved : class => (_document, _observe) = (typeof(ObservedDocument<T, TObserved>), async http =>
        {
            var of = await observe(http);
            return entry => of(Of(entry));
        }
    );

    /// <summary>Gives the read of one entry parameters of its own.</summary>
    public void AskedBy<TQuery>()
        where TQuery : CatalogVersionQuery => OneQuery = new QueryAttribute<TQuery>();

    /// <summary>Gives the list parameters of its own.</summary>
    public void FilteredBy<TQuery>(Func<T, TQuery, bool> matches)
        where TQuery : CatalogQuery => (_matches, Query) = ((spec, query) => matches(spec, (TQuery)query), new QueryAttribute<TQuery>());

    internal override TierGate? GateOf(CatalogEntry entry) => _gate?.Invoke(Of(entry).Spec);

    internal override bool IsVisibleTo(Caller caller) => _isVisibleTo(caller);

    internal override async Task<Func<CatalogEntry, object?>?> ObserveAsync(HttpContext http) => _observe is null ? null : await _observe(http);

    internal override bool Matches(CatalogEntry entry, CatalogQuery query) => _matches(Of(entry).Spec, query);

    internal override (CatalogEntry Entry, IEnumerable<Fault> Faults) Read(string file, JsonElement document)
    {
        var read = document.Deserialize<CatalogFile<T>>(Json.Http)!;
        var content = document.GetProperty("spec");
        var entry = new CatalogEntry<T>
        {
            Kind = Name,
            Metadata = read.Metadata,
            Digest = CanonicalJson.Digest(content),
            Ref = RefText.Of(read.Metadata.Name, read.Metadata.Version),
            Content = content,
            Spec = read.Spec,
        };
        return (entry, [.. read.Faults(file), .. Reserved.Contains(entry.Name) ? [new Fault("/metadata/name", "reserved", $"/v1/{Folder}/{entry.Name} is a path of its own; choose another name.")] : Array.Empty<Fault>()]);
    }

    internal override IEnumerable<Fault> Faults(CatalogEntry entry, CatalogSnapshot catalog) =>
        faults(Of(entry).Spec, catalog).Select(fault => fault with { Pointer = $"/spec{fault.Pointer}" });

    internal override CatalogShelf Shelve(IEnumerable<CatalogEntry> entries) => new(
        entries.Select(Of).OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenByDescending(entry => entry.Metadata.Version).ToArray());

    private static CatalogEntry<T> Of(CatalogEntry entry) => (CatalogEntry<T>)entry;
}
