using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>Which entries of a kind a list shows to a tenant of this tier, and how.</summary>
internal sealed record CatalogList(CatalogKind Kind, CatalogQuery Query, Tier Tier, Func<CatalogEntry, object?>? Observe)
{
    public bool Shows(CatalogEntry entry) =>
        HasStatus(entry.Metadata.Status) && HasLabel(entry.Metadata.Labels) && HoldsText(entry) && Kind.Matches(entry, Query)
        && (!IsLocked(entry) || Query is GatedCatalogQuery { Include: CatalogInclude.Locked });

    /// <summary>The whole entry, or a row without content where that is asked for or the tier does not open it.</summary>
    public object RowOf(CatalogEntry entry) => Query.Fields == CatalogFields.Summary || IsLocked(entry) ? Summary(entry) : Document(entry, Observe?.Invoke(entry));

    public static object Document(CatalogEntry entry, object? observed, IReadOnlyList<ResolvedReference>? references = null) => new ObservedDocument<JsonElement, object>
    {
        ApiVersion = CatalogFile<object>.KnownApiVersion,
        Kind = entry.Kind,
        Metadata = entry.Metadata,
        Spec = entry.Content,
        Digest = entry.Digest,
        References = references,
        Observed = observed,
    };

    private CatalogSummary Summary(CatalogEntry entry) => new()
    {
        ApiVersion = CatalogFile<object>.KnownApiVersion,
        Kind = entry.Kind,
        Metadata = entry.Metadata,
        DisplayName = Text(entry, "displayName"),
        Summary = Text(entry, "summary"),
        RequiredTier = Kind.GateOf(entry)?.RequiredTier,
        UpsellOfferRef = Kind.GateOf(entry)?.UpsellOfferRef,
        Digest = entry.Digest,
    };

    private bool IsLocked(CatalogEntry entry) => Kind.GateOf(entry) is { } gate && Tier < gate.RequiredTier;

    private bool HasStatus(CatalogStatus status) => Query.Status switch
    {
        null => status != CatalogStatus.Withdrawn,
        CatalogStatusFilter.All => true,
        var wanted => (int)status == (int)wanted,
    };

    private bool HasLabel(IReadOnlyDictionary<string, string> labels) =>
        Query.Label?.Split('=', 2) is not { } label || (labels.TryGetValue(label[0], out var value) && (label.Length == 1 || value == label[1]));

    private bool HoldsText(CatalogEntry entry) => Query.Q is not { } text
        || new[] { entry.Name, Text(entry, "displayName"), Text(entry, "summary") }.Any(said => said?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    private static string? Text(CatalogEntry entry, string member) => entry.Content.TryGetProperty(member, out var text) ? text.GetString() : null;
}
