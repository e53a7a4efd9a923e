using System.Security.Cryptography;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>Writes the evidence of one tenant, seal by seal, as it was at the last seal.</summary>
public sealed class BundleWriter(IDocumentStore store, Signer signer, TimeProvider time)
{
    private const int Page = 200;
    private static readonly byte[] EventStart = "{\"event\":"u8.ToArray();
    private static readonly byte[] EventEnd = "}\n"u8.ToArray();
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <summary>Writes the file; nobody ever finds half of one. Null where there is no such tenant.</summary>
    public async Task<BundleEnd?> WriteAsync(string tenant, string path, CancellationToken cancellation)
    {
        var fresh = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            BundleEnd? end;
            await using (var file = new FileStream(fresh, OwnersAlone()))
            {
                end = await WriteAsync(tenant, file, cancellation);
                file.Flush(flushToDisk: true);
            }

            if (end is not null)
            {
                File.Move(fresh, path, overwrite: true);
            }

            return end;
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    private static FileStreamOptions OwnersAlone()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    public async Task<BundleEnd?> WriteAsync(string tenant, Stream file, CancellationToken cancellation)
    {
        await using var session = store.QuerySession(tenant);
        if (await session.LoadAsync<Tenant>(tenant, cancellation) is not { } known)
        {
            return null;
        }

        await using var platform = store.QuerySession(Tenant.Platform);
        var chain = await platform.LoadAsync<SealChain>(SealChain.Stream, cancellation) ?? new(SealChain.Stream);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var output = new Output(file, hash);
        await output.LineAsync(Bundle.Line(Bundle.Head, new BundleHead(Bundle.Version, tenant, signer.PublicKeys)), cancellation);
        var events = 0L;
        for (var first = 1L; first <= chain.Number; first += Page)
        {
            var seals = await platform.SealsAsync(Math.Min(first + Page, chain.Number + 1), (int)Math.Min(Page, chain.Number + 1 - first), cancellation);
            foreach (var seal in seals.Reverse())
            {
                events += await WriteAsync(tenant, seal, session, output, cancellation);
            }
        }

        if (known.Deletion?.Purged is { } purged)
        {
            await output.LineAsync(Bundle.Line(Bundle.Certificate, new BundleCertificate(purged.CertificateSignature)), cancellation);
        }

        var end = new BundleEnd(
            tenant, time.GetUtcNow(), chain.Number, events, await NewerAsync(session, chain.LastSequence, cancellation), Convert.ToHexStringLower(hash.GetHashAndReset()));
        await output.LineAsync(Bundle.Line(Bundle.End, signer.Jws(end, BundleEnd.Type, out _)), cancellation);
        return end;
    }

    private static async Task<int> WriteAsync(string tenant, SealClosed seal, IQuerySession session, Output output, CancellationToken cancellation)
    {
        var leaves = await LeavesAsync(session, seal.Number, cancellation);
        var hashes = leaves.Select(leaf => TenantLeaf.Hash(leaf.Key, leaf.Content)).ToArray();
        var place = leaves.FindIndex(leaf => leaf.Tenant == tenant);
        if (place < 0)
        {
            var key = TenantLeaf.KeyOf(tenant);
            var after = leaves.FindIndex(leaf => leaf.Key.AsSpan().SequenceCompareTo(key) > 0);
            after = after < 0 ? leaves.Count : after;
            await output.LineAsync(Bundle.Line(Bundle.Seal, new BundleSeal(seal.Signature, Before: At(after - 1), After: At(after))), cancellation);
            return 0;
        }

        var own = leaves[place];
        var sealedHashes = SealedSpan.Split(own.Hashes!);
        var stored = await EventsAsync(tenant, seal, session, cancellation);
        // The store may put a mark for a rolled-back append at its place when that is sealed already: it is nothing that happened.
        stored.RemoveAll(one => one.Stream == StoreModel.GapStream && !sealedHashes.Any(hash => hash.AsSpan().SequenceEqual(one.Hash)));
        var root = MerkleTree.Root([.. sealedHashes.Select(one => MerkleTree.Leaf(one))]);
        await output.LineAsync(
            Bundle.Line(Bundle.Seal, new BundleSeal(
                seal.Signature, new(tenant, own.Count, own.Total, Convert.ToHexStringLower(root)), InclusionProof.Of(hashes, place),
                [.. sealedHashes.Select(Convert.ToHexStringLower)], SealedName.Of(sealedHashes, stored))),
            cancellation);
        foreach (var one in stored)
        {
            await output.WriteAsync(EventStart, cancellation);
            await output.WriteAsync(one.Canonical, cancellation);
            await output.WriteAsync(EventEnd, cancellation);
        }

        return stored.Count;

        Neighbour? At(int index) => index < 0 || index >= leaves.Count ? null
            : new(Convert.ToHexStringLower(leaves[index].Key), Convert.ToHexStringLower(leaves[index].Content), InclusionProof.Of(hashes, index));
    }

    // As many as a seal covers, at the most.
    private static async Task<List<StoredEvent>> EventsAsync(string tenant, SealClosed seal, IQuerySession session, CancellationToken cancellation)
    {
        await using var command = StoredEvents.Between(tenant, seal.FirstSequence, seal.LastSequence);
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var stored = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            stored.Add(StoredEvents.Read(reader));
        }

        return stored;
    }

    private static async Task<List<SealedLeaf>> LeavesAsync(IQuerySession session, long number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select tenant_id, tenant_key, content, count, total, case when tenant_id = $2 then hashes end from {SealRows.Table} where number = $1 order by position")
        {
            Parameters = { new() { Value = number }, new() { Value = session.TenantId } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var leaves = new List<SealedLeaf>();
        while (await reader.ReadAsync(cancellation))
        {
            leaves.Add(new(
                reader.GetString(0), await reader.GetFieldValueAsync<byte[]>(1, cancellation), await reader.GetFieldValueAsync<byte[]>(2, cancellation), reader.GetInt32(3),
                reader.GetInt64(4), await reader.IsDBNullAsync(5, cancellation) ? null : await reader.GetFieldValueAsync<byte[]>(5, cancellation)));
        }

        return leaves;
    }

    private static async Task<long> NewerAsync(IQuerySession session, long last, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select count(*) from {StoreModel.Schema}.mt_events where tenant_id = $1 and seq_id > $2")
        {
            Parameters = { new() { Value = session.TenantId }, new() { Value = last } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetInt64(0);
    }

    private sealed record SealedLeaf(string Tenant, byte[] Key, byte[] Content, int Count, long Total, byte[]? Hashes);

    private sealed class Output(Stream file, IncrementalHash hash)
    {
        public async Task LineAsync(byte[] line, CancellationToken cancellation)
        {
            await WriteAsync(line, cancellation);
            await WriteAsync(LineEnd, cancellation);
        }

        public ValueTask WriteAsync(byte[] bytes, CancellationToken cancellation)
        {
            hash.AppendData(bytes);
            return file.WriteAsync(bytes, cancellation);
        }
    }
}
