using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Where the event history stands.</summary>
public sealed class History(NpgsqlDataSource database, TimeProvider time)
{
    private const string HighWaterMark =
        $"select coalesce(max(last_seq_id), 0) from {ControlPlane.Storage.StoreModel.Schema}.mt_event_progression where name = 'HighWaterMark'";

    private const string Position =
        $"select coalesce(max(last_seq_id), 0) from {ControlPlane.Storage.StoreModel.Schema}.mt_event_progression where name = $1";

    // An older mark is as true, only less: a list shows at least what it says.
    private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(100);

    private Reading? _last;

    /// <summary>The sequence up to which nothing can be missing any more. Read it before the query that it dates.</summary>
    public async ValueTask<AsOf> NowAsync(CancellationToken cancellation)
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < GoodFor)
        {
            return last.Mark;
        }

        var asked = time.GetTimestamp();
        await using var command = database.CreateCommand(HighWaterMark);
        var mark = new AsOf((long)(await command.ExecuteScalarAsync(cancellation))!, time.GetUtcNow());
        _last = new(mark, asked);
        return mark;
    }

    /// <summary>How far a reader of the events is.</summary>
    public async Task<AsOf> OfAsync(string reader, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Position);
        command.Parameters.Add(new() { Value = reader });
        return new((long)(await command.ExecuteScalarAsync(cancellation))!, time.GetUtcNow());
    }

    private sealed record Reading(AsOf Mark, long At);
}
