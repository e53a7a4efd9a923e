using System.Security.Cryptography;
using System.Text;
using ControlPlane.Tenants;
using JasperFx;
using JasperFx.Events;
using Marten;

namespace ControlPlane.Catalog;

/// <summary>Writes down what was published, so that it can be told later which offer was in force on a day.</summary>
public sealed class CatalogLedger(IDocumentStore store)
{
    /// <summary>Entries that were published under the same version with other content.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> RewrittenAsync(CatalogSnapshot catalog, CancellationToken cancellation)
    {
        await using var session = store.QuerySession(Tenant.Platform);
        var published = await session.LoadAsync<PublishedCatalog>(PublishedCatalog.Stream, cancellation);
        return [.. catalog.Everything.Where(entry => published?.Entries.TryGetValue(PublishedCatalog.KeyOf(entry.Kind, entry.Ref), out var known) == true && known!.Digest != entry.Digest)];
    }

    /// <summary>Appends what differs from what was published last; nothing where nothing does. Nodes that come at once write it once.</summary>
    public async Task<bool> RecordAsync(CatalogSnapshot catalog, CancellationToken cancellation)
    {
        while (true)
        {
            await using var session = store.LightweightSession(Tenant.Platform);
            var published = await session.LoadAsync<PublishedCatalog>(PublishedCatalog.Stream, cancellation);
            var changes = Changes(published, catalog).ToArray();
            if (changes.Length == 0)
            {
                return false;
            }

            object[] events = [new CatalogPublished(Kinds(catalog)), .. changes];
            if (published is null)
            {
                session.Events.StartStream<PublishedCatalog>(PublishedCatalog.Stream, events);
            }
            else
            {
                session.Events.Append(published.Id, published.Version + events.Length, events);
            }

            try
            {
                await session.SaveChangesAsync(cancellation);
                return true;
            }
            catch (Exception error) when (error is ConcurrencyException or ExistingStreamIdCollisionException)
            {
                // Another node was first; what it wrote is looked at again.
            }
        }
    }

    /// <summary>What is told of each kind.</summary>
    internal static IReadOnlyList<PublishedKind> Kinds(CatalogSnapshot catalog) =>
    [
        .. catalog.Everything.GroupBy(entry => entry.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => new PublishedKind(
            kind.Key, kind.Count(),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', kind.OrderBy(entry => entry.Ref, StringComparer.Ordinal).Select(entry => $"{entry.Ref} {entry.Digest} {entry.Metadata.Status}"))))))),
    ];

    private static IEnumerable<object> Changes(PublishedCatalog? published, CatalogSnapshot catalog)
    {
        var left = published?.Entries.Where(known => known.Value.Status != EntryStatus.Removed).Select(known => known.Key).ToHashSet() ?? [];
        foreach (var entry in catalog.Everything.OrderBy(entry => entry.Kind, StringComparer.Ordinal).ThenBy(entry => entry.Ref, StringComparer.Ordinal))
        {
            var (key, status) = (PublishedCatalog.KeyOf(entry.Kind, entry.Ref), (EntryStatus)entry.Metadata.Status);
            left.Remove(key);
            if (published?.Entries.TryGetValue(key, out var known) != true || known!.Digest != entry.Digest)
            {
                yield return new CatalogEntryPublished(entry.Kind, entry.Ref, entry.Digest, status);
            }
            else if (known.Status != status)
            {
                yield return new CatalogEntryChanged(entry.Kind, entry.Ref, status, entry.Metadata.ReplacedBy, entry.Metadata.SunsetAt);
            }
        }

        foreach (var gone in left.Order(StringComparer.Ordinal))
        {
            yield return new CatalogEntryChanged(gone[..gone.IndexOf('/')], gone[(gone.IndexOf('/') + 1)..], EntryStatus.Removed, null, null);
        }
    }
}
