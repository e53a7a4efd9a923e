using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Removes kept answers whose time is over.</summary>
public sealed partial class ExpiredAnswers(NpgsqlDataSource database, TimeProvider time, ILogger<ExpiredAnswers> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await RemoveAsync(database, stoppingToken);
            }
            catch (NpgsqlException error)
            {
                LogLater(error.Message);
            }
        }
    }

    public static async Task<int> RemoveAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"delete from {ControlPlane.Storage.StoreModel.Schema}.{Repetition.Table} where expires_at <= now()");
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Expired answers stay until the next round: {Reason}")]
    private partial void LogLater(string reason);
}
