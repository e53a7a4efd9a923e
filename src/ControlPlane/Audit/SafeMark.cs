using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>
/// A point of the history with the writers that could still store at or below it. The high-water mark passes a gap in the
/// sequence after seconds, but a transaction that is slow to commit may fill it later; a seal has to wait for those.
/// </summary>
/// <remarks>
/// A writer draws its place in the sequence before its first write gives it a transaction id. So those are waited for first that
/// were at work when the mark was read, and then every transaction that has an id by then. Only sessions of the service's own
/// database user are seen; the service is the only one that appends.
/// </remarks>
public sealed class SafeMark
{
    private const string Read = $"select (select coalesce(max(seq_id), 0) from {StoreModel.Schema}.mt_events), clock_timestamp()";
    private const string AtWork =
        """
        select exists (select from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state in ('active', 'fastpath function call') and query_start <= $1)
        """;

    private const string Next = "select pg_current_xact_id()::text::bigint";
    private const string Ended = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > $1";

    private readonly DateTimeOffset _readAt;
    private long? _next;

    private SafeMark(long sequence, DateTimeOffset readAt) => (Sequence, _readAt) = (sequence, readAt);

    /// <summary>The last event that was stored when the mark was read.</summary>
    public long Sequence { get; }

    public static async Task<SafeMark> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Read);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    /// <summary>Whether all that was under way has ended, so that nothing can appear at or below the mark.</summary>
    public async Task<bool> IsSafeAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (_next is null && !await AskAsync<bool>(database, AtWork, _readAt.UtcDateTime, cancellation))
        {
            // Asked after that answer: whoever was at work and is not any more has a lower id, or has ended.
            _next = await AskAsync<long>(database, Next, null, cancellation);
        }

        return _next is { } next && await AskAsync<bool>(database, Ended, next, cancellation);
    }

    private static async Task<T> AskAsync<T>(NpgsqlDataSource database, string sql, object? value, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        if (value is not null)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
