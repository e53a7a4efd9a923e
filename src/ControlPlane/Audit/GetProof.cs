using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Tenants;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Audit;

/// <summary>All that is needed to check, without us, that an event is what it was when it was sealed.</summary>
/// <param name="EventId">Id of the event.</param>
/// <param name="Event">The event as it is stored, with personal fields sealed. Its canonical form (RFC 8785) is what is hashed.</param>
/// <param name="Hash">SHA-256 of the canonical form, in hex.</param>
/// <param name="InTenant">Leads from the hash to the root of the tenant's leaf.</param>
/// <param name="Leaf">What the seal holds of the tenant. SHA-256 of its canonical form is its content.</param>
/// <param name="InSeal">Leads from SHA-256(tenant id) and content, one after the other, to the root of the seal.</param>
/// <param name="Seal">The signed seal.</param>
public sealed record EventProof(string EventId, JsonElement Event, string Hash, InclusionProof InTenant, TenantLeaf Leaf, InclusionProof InSeal, SealView Seal);

/// <summary>The way from one leaf to the root of a tree as in RFC 6962: leaves are hashed after a zero byte, nodes after a one.</summary>
/// <param name="Index">The leaf's place, from zero.</param>
/// <param name="Size">How many leaves there are.</param>
/// <param name="Path">The hashes to combine with, from below, in hex.</param>
public sealed record InclusionProof(long Index, long Size, IReadOnlyList<string> Path)
{
    /// <summary>The root that a leaf comes to; null where the path does not fit.</summary>
    public byte[]? RootOf(byte[] leaf) => MerkleTree.RootOf(leaf, Index, Size, [.. Path.Select(Convert.FromHexString)]);

    internal static InclusionProof Of(byte[][] leaves, int index) => new(index, leaves.Length, [.. MerkleTree.Path(leaves, index).Select(Convert.ToHexStringLower)]);
}

public static class GetProofEndpoint
{
    /// <summary>Inclusion proof of one event in its seal.</summary>
    /// <remarks>
    /// An event is sealed within a minute or so; until then the answer is 409 <c>not_sealed_yet</c>. One that was altered or added
    /// since has none: 409 <c>not_as_sealed</c>.
    /// </remarks>
    [WolverineGet("/v1/audit/events/{id}/proof"), Requires("audit:read"), Extension, Answers(409)]
    public static async Task<Resource<EventProof>> Get(string id, [NotBody] Caller caller, IQuerySession session, IDocumentStore store, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var eventId) || await StoredAsync(session, caller.TenantId, eventId, cancellation) is not { } stored)
        {
            return new(null);
        }

        var sealedIn = await SealedSpan.OfAsync(session, stored, cancellation)
            ?? throw new ProblemException(Problems.Conflict("not_sealed_yet", "The event is not sealed yet", ("retryable", true)));
        if (!sealedIn.Holds(stored))
        {
            throw new ProblemException(Problems.Conflict("not_as_sealed", "The event is not what was sealed at its place"));
        }

        await using var platform = store.QuerySession(Tenant.Platform);
        var seal = (await platform.SealsAsync(sealedIn.Number + 1, 1, cancellation))[0];
        var hashes = sealedIn.Hashes.Select(hash => MerkleTree.Leaf(hash)).ToArray();
        var leaf = new TenantLeaf(caller.TenantId, hashes.Length, sealedIn.Total, Convert.ToHexStringLower(MerkleTree.Root(hashes)));
        return new(new(
            id, JsonSerializer.Deserialize<JsonElement>(stored.Canonical), Convert.ToHexStringLower(sealedIn.Hashes[sealedIn.Index]), InclusionProof.Of(hashes, sealedIn.Index),
            leaf, InclusionProof.Of(await SealedSpan.LeavesAsync(session, sealedIn.Number, cancellation), sealedIn.Position), SealView.Of(seal)));
    }

    private static async Task<StoredEvent?> StoredAsync(IQuerySession session, string tenant, Guid id, CancellationToken cancellation)
    {
        await using var command = StoredEvents.One(tenant, id);
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) ? StoredEvents.Read(reader) : null;
    }
}
