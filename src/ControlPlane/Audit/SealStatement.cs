using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Audit;

/// <summary>What a seal says, and is signed for.</summary>
/// <param name="Number">Seals are numbered from one, without gaps.</param>
/// <param name="FirstSequence">The first sequence number of the span; the one after the last of the seal before.</param>
/// <param name="LastSequence">The last sequence number of the span.</param>
/// <param name="Events">How many events stand in the span.</param>
/// <param name="Tenants">How many tenants they belong to: the size of the tree.</param>
/// <param name="Root">Root of the tree over the tenants' leaves, SHA-256 in hex.</param>
/// <param name="Previous">SHA-256 of the statement before; absent in the first.</param>
/// <param name="SealedAt">When it was signed.</param>
public sealed record SealStatement(
    long Number, long FirstSequence, long LastSequence, int Events, int Tenants, string Root, string? Previous, DateTimeOffset SealedAt)
{
    public const string Type = "seal+jwt";

    /// <summary>The statement in a JWS that one of the keys has signed; null when none has.</summary>
    public static SealStatement? In(string jws, PublicKeys keys)
    {
        try
        {
            return keys.Payload(jws, Type) is { } payload ? JsonSerializer.Deserialize<SealStatement>(payload, Json.Http) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a seal holds of one tenant.</summary>
/// <param name="Tenant">Id of the tenant.</param>
/// <param name="Count">How many of its events the seal covers.</param>
/// <param name="Total">How many it has up to the end of the seal.</param>
/// <param name="Root">Root of the tree over the hashes of its events in the span, SHA-256 in hex.</param>
public sealed record TenantLeaf(string Tenant, int Count, long Total, string Root)
{
    /// <summary>Orders the leaves, and shows neighbours without naming them.</summary>
    public static byte[] KeyOf(string tenant) => SHA256.HashData(Encoding.UTF8.GetBytes(tenant));

    /// <summary>SHA-256 over the canonical JSON.</summary>
    public byte[] Content() => SHA256.HashData(CanonicalJson.Bytes(JsonSerializer.SerializeToUtf8Bytes(this, Json.Http)));

    /// <summary>The leaf in the tree of tenants.</summary>
    public static byte[] Hash(byte[] key, byte[] content) => MerkleTree.Leaf([.. key, .. content]);
}
