using System.Globalization;
using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Audit;

/// <summary>
/// The evidence of one tenant as a file: one JSON object a line, each in its canonical form (RFC 8785) and with one member, in this
/// order: <c>bundle</c>, then for each seal since the first <c>seal</c> and the <c>event</c>s that it covers, then <c>certificate</c>
/// where the tenant is erased, and <c>end</c>, which is signed and holds the hash of all that stands before it.
/// </summary>
public static class Bundle
{
    public const int Version = 1;

    public const string Head = "bundle";
    public const string Seal = "seal";
    public const string Event = "event";
    public const string Certificate = "certificate";
    public const string End = "end";

    /// <summary>How a file of unknown origin is read: what has to be there must be, or it is not read at all.</summary>
    public static JsonSerializerOptions Strict { get; } = new(Json.Http) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>One line, without its end.</summary>
    public static byte[] Line<T>(string name, T value) =>
        CanonicalJson.Bytes(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, T> { [name] = value }, Json.Http));
}

/// <summary>The first line.</summary>
/// <param name="Version">Of the format: 1.</param>
/// <param name="Tenant">Whose evidence it is.</param>
/// <param name="Keys">The public keys of what was signed.</param>
public sealed record BundleHead(int Version, string Tenant, PublicKeys Keys);

/// <summary>
/// One seal with the tenant's place in it: its leaf, the way to the root and the hashes of its events; or, where it has none, the two
/// leaves between which its own would stand.
/// </summary>
/// <param name="Statement">The signed statement, a compact JWS (RFC 7515).</param>
/// <param name="Leaf">What the seal holds of the tenant.</param>
/// <param name="Proof">The way from the leaf to the root.</param>
/// <param name="Hashes">SHA-256 of each event's canonical form, in hex, in the order of their sequences.</param>
/// <param name="Names">What each of the hashes stands for, so that an event that is missing can be named; null for one that the database no longer had.</param>
/// <param name="Before">The last leaf whose key is lower than the tenant's.</param>
/// <param name="After">The first whose key is higher.</param>
public sealed record BundleSeal(
    string Statement, TenantLeaf? Leaf = null, InclusionProof? Proof = null, IReadOnlyList<string>? Hashes = null, IReadOnlyList<SealedName?>? Names = null,
    Neighbour? Before = null, Neighbour? After = null);

/// <summary>How an event was called when it was sealed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sequence">Its place among all events.</param>
/// <param name="Version">Its place in the stream.</param>
/// <param name="Stream">The stream it stands in.</param>
public sealed record SealedName(string Id, long Sequence, long Version, string Stream)
{
    /// <summary>
    /// The names of what was sealed, from what is stored: by hash, and where as many are unknown on either side, by place; null for
    /// what is not there any more.
    /// </summary>
    public static IReadOnlyList<SealedName?> Of(IReadOnlyList<byte[]> hashes, IReadOnlyList<StoredEvent> stored)
    {
        var places = stored.Index().ToDictionary(found => Convert.ToHexStringLower(found.Item.Hash), found => found.Index);
        var (names, from, next) = (new SealedName?[hashes.Count], 0, 0);
        for (var place = 0; place <= hashes.Count; place++)
        {
            var at = place == hashes.Count ? stored.Count : places.GetValueOrDefault(Convert.ToHexStringLower(hashes[place]), -1);
            if (at < 0)
            {
                continue;
            }

            for (var gap = from; gap < place && at - next == place - from; gap++)
            {
                names[gap] = Of(stored[next + gap - from]);
            }

            if (place < hashes.Count)
            {
                names[place] = Of(stored[at]);
            }

            (from, next) = (place + 1, at + 1);
        }

        return names;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"event {Id} (sequence {Sequence}, version {Version} of {Stream})");

    private static SealedName Of(StoredEvent stored) => new(stored.Id.ToString(), stored.Sequence, stored.Version, stored.Stream);
}

/// <summary>A leaf of somebody else, who is not named.</summary>
/// <param name="Key">SHA-256 of his id, in hex; leaves are sorted by it.</param>
/// <param name="Content">SHA-256 of what the seal holds of him, in hex.</param>
/// <param name="Proof">The way from the leaf to the root.</param>
public sealed record Neighbour(string Key, string Content, InclusionProof Proof);

/// <summary>The erasure certificate.</summary>
/// <param name="Statement">A compact JWS.</param>
public sealed record BundleCertificate(string Statement);

/// <summary>What the last line is signed for.</summary>
/// <param name="Tenant">Whose evidence it is.</param>
/// <param name="ExportedAt">When it was written.</param>
/// <param name="Seals">How many seals there were; their numbers have no gaps.</param>
/// <param name="Events">How many events of the tenant they cover.</param>
/// <param name="NotSealedYet">How many newer events were still waiting for their seal; they are not in the file.</param>
/// <param name="Sha256">SHA-256 of all bytes before the last line, in hex.</param>
public sealed record BundleEnd(string Tenant, DateTimeOffset ExportedAt, long Seals, long Events, long NotSealedYet, string Sha256)
{
    /// <summary>The type of the signed statement.</summary>
    public const string Type = "evidence-bundle+jwt";
}
