using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Where the event history stands.</summary>
public sealed class History(NpgsqlDataSource database, TimeProvider time)
{
    private const string HighWaterMark =
        $"select coalesce(max(last_seq_id), 0) from {ControlPlane.Storage.StoreModel.Schema}.mt_event_progression where name = 'HighWaterMark'";

    /// <summary>The sequence up to which nothing can be missing any more. Read it before the query that it dates.</summary>
    public async Task<AsOf> NowAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(HighWaterMark);
        return new((long)(await command.ExecuteScalarAsync(cancellation))!, time.GetUtcNow());
    }
}
