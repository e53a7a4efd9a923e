using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Tenants;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Catalog;

/// <summary>Answers the reads of all kinds from memory; only a kind that asks for a tier costs a look at the tenant.</summary>
public sealed class CatalogReads(CatalogStore catalog, TenantDirectory tenants, Cursors cursors, History history)
{
    public async Task ListAsync(HttpContext http, CatalogKind kind)
    {
        var (query, tenant, shelf) = (http.Query<CatalogQuery>(), http.Caller().TenantId, catalog.Current.Shelf(kind));
        var list = new CatalogList(kind, query, await TierAsync(http, kind), await kind.ObserveAsync(http));
        var last = cursors.Read(tenant, kind.Folder, query);
        var asOf = await history.NowAsync(http.RequestAborted);
        var found = kind.IsVisibleTo(http.Caller()) ? shelf.After(last).Where(list.Shows).Take(query.Limit + 1).ToArray() : [];
        var items = found.Take(query.Limit).Select(list.RowOf).ToArray();
        var next = found.Length > query.Limit ? cursors.Make(tenant, kind.Folder, query, found[query.Limit - 1].Ref) : null;

        // The tag is weak, for two pages that show the same differ in when they were read.
        var tag = $"W/{ETags.Of(JsonSerializer.SerializeToUtf8Bytes(new { items, next }, Json.Http))}";
        await WriteAsync(http, new(200, null, tag, JsonSerializer.SerializeToUtf8Bytes(new Page<object>(items, next, asOf), Json.Http)));
    }

    /// <summary>By <c>name@version</c>, or <c>name@latest</c> for the newest that is active.</summary>
    public Task OneByRefAsync(HttpContext http, CatalogKind kind)
    {
        var shelf = catalog.Current.Shelf(kind);
        var written = (string)http.Request.RouteValues["ref"]!;
        if (written.EndsWith("@latest", StringComparison.Ordinal) && shelf.Newest(written[..^"@latest".Length]) is { } newest)
        {
            http.Response.Headers.ContentLocation = $"/v1/{kind.Folder}/{newest.Ref}";
            return ShowAsync(http, kind, newest);
        }

        return !written.EndsWith("@latest", StringComparison.Ordinal) && !RefText.IsEntry(written)
                ? http.WriteAsync(Problems.Malformed("{ref}", "format", "Write name@version or name@latest"))
            : shelf.Find(written) is { } entry ? ShowAsync(http, kind, entry)
            : http.WriteAsync(NotFound(written, shelf.Entries.Select(known => known.Ref)));
    }

    /// <summary>By name, which means the newest version that is active, or the version asked for.</summary>
    public Task OneByNameAsync(HttpContext http, CatalogKind kind)
    {
        var shelf = catalog.Current.Shelf(kind);
        var name = (string)http.Request.RouteValues["name"]!;
        return http.Query<CatalogVersionQuery>().Version is not { } version
            ? shelf.Newest(name) is { } newest ? ShowAsync(http, kind, newest) : http.WriteAsync(NotFound(name, shelf.Names))
            : RefText.Of(name, version) is var pinned && shelf.Find(pinned) is { } entry
                ? ShowAsync(http, kind, entry)
                : http.WriteAsync(NotFound(pinned, shelf.Entries.Select(known => known.Ref)));
    }

    private async Task ShowAsync(HttpContext http, CatalogKind kind, CatalogEntry entry)
    {
        if (!kind.IsVisibleTo(http.Caller()))
        {
            await http.WriteAsync(NotFound(entry.Name, []));
            return;
        }

        if (kind.GateOf(entry) is { } gate && await TierAsync(http, kind) < gate.RequiredTier)
        {
            await http.WriteAsync(Problems.TierInsufficient(gate.RequiredTier, gate.UpsellOfferRef?.Value));
            return;
        }

        var snapshot = catalog.Current;
        await WriteAsync(http, await kind.ObserveAsync(http) is { } observe
            ? Render(kind, entry, snapshot, observe(entry))
            : snapshot.Rendered.GetOrAdd(entry, static (entry, all) => Render(all.Kind, entry, all.Snapshot), (Kind: kind, Snapshot: snapshot)));
    }

    private async ValueTask<Tier> TierAsync(HttpContext http, CatalogKind kind) =>
        kind.IsGated ? await tenants.TierOfAsync(http.Caller().TenantId, http.RequestAborted) : default;

    private static Rendered Render(CatalogKind kind, CatalogEntry entry, CatalogSnapshot catalog, object? observed = null)
    {
        var references = CatalogReferences.In(kind.Spec, entry.Content, "/spec")
            .Select(found => new ResolvedReference(found.Pointer, found.Kind, found.Ref, catalog.Find(found.Kind, found.Ref)!.Digest)).ToArray();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(CatalogList.Document(entry, observed, references.Length > 0 ? references : null), Json.Http);
        return new(200, null, ETags.Of(bytes), bytes);
    }

    private static Task WriteAsync(HttpContext http, Rendered rendered)
    {
        http.Response.Headers.CacheControl = "private, max-age=300";
        http.Response.Headers.Vary = (string[])["Authorization", "X-Tenant-Id"];
        return rendered.WriteUnlessKnownAsync(http);
    }

    private static ProblemDetails NotFound(string written, IEnumerable<string> known) => Problems.Because(
        404, "catalog_entry_not_found", "The catalog has no such entry", null, ("suggestions", Suggestions.For(written, known)));
}
