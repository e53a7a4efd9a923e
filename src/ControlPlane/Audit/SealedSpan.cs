using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>A tenant's part of the seal that covers one of its events.</summary>
/// <param name="Number">The seal.</param>
/// <param name="Position">The tenant's leaf in the seal.</param>
/// <param name="Total">How many events the tenant has up to the end of the seal.</param>
/// <param name="Index">The event among the tenant's in the span.</param>
/// <param name="Hashes">The hashes of the tenant's events in the span.</param>
internal sealed record SealedSpan(long Number, int Position, long Total, int Index, byte[][] Hashes)
{
    public static async Task<SealedSpan?> OfAsync(IQuerySession session, StoredEvent stored, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select number, position, total, hashes,
              (select count(*)::int from {StoreModel.Schema}.mt_events where tenant_id = $1 and seq_id >= first_sequence and seq_id < $2)
            from {SealRows.Table} where tenant_id = $1 and last_sequence >= $2 and first_sequence <= $2 order by last_sequence limit 1
            """)
        {
            Parameters = { new() { Value = stored.Tenant }, new() { Value = stored.Sequence } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt32(4), Split(await reader.GetFieldValueAsync<byte[]>(3, cancellation)))
            : null;
    }

    /// <summary>Whether it was this very event that was sealed at its place.</summary>
    public bool Holds(StoredEvent stored) => Index < Hashes.Length && Hashes[Index].AsSpan().SequenceEqual(stored.Hash);

    /// <summary>The leaves of a seal's tree of tenants.</summary>
    public static async Task<byte[][]> LeavesAsync(IQuerySession session, long number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select tenant_key, content from {SealRows.Table} where number = $1 order by position")
        {
            Parameters = { new() { Value = number } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        var leaves = new List<byte[]>();
        while (await reader.ReadAsync(cancellation))
        {
            leaves.Add(TenantLeaf.Hash(await reader.GetFieldValueAsync<byte[]>(0, cancellation), await reader.GetFieldValueAsync<byte[]>(1, cancellation)));
        }

        return [.. leaves];
    }

    /// <summary>The hashes that a seal keeps one after another.</summary>
    public static byte[][] Split(byte[] hashes) => [.. hashes.Chunk(MerkleTree.HashSize)];
}
