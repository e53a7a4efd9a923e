using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>
/// A point of the history with the transactions that could still write below it. The high-water mark passes a gap in the
/// sequence after seconds, but a transaction that is slow to commit may fill it later; a seal has to wait for those.
/// </summary>
/// <param name="Sequence">The last event that was stored then.</param>
/// <param name="Transaction">An id drawn after that was read: whoever has a higher one stores behind it.</param>
public sealed record SafeMark(long Sequence, long Transaction)
{
    public static async Task<SafeMark> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select (select coalesce(max(seq_id), 0) from {StoreModel.Schema}.mt_events), pg_current_xact_id()::text::bigint");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Whether everything that was running has ended, so that nothing can appear at or below the mark.</summary>
    public async Task<bool> IsSafeAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > $1");
        command.Parameters.Add(new() { Value = Transaction });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
