using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using Npgsql;

namespace ControlPlane.Hosting.Bus;

/// <summary>
/// Runs the bus subscription, and nothing else, on one node at a time: whoever holds a session lock of the database. A daemon
/// that stops for any reason is replaced by a fresh one, which starts from the stored position.
/// </summary>
public sealed partial class BusDaemon(
    IDocumentStore store, NpgsqlDataSource database, BusPublisher publisher, ILogger<BusDaemon> logger) : BackgroundService
{
    // A session lock, not the transaction that Marten's own daemons keep open: an old transaction makes every daemon of the
    // database hold before a gap in the sequence, for its events might still come.
    private const string Lock = "select pg_try_advisory_lock(hashtext('controlplane.bus'))";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogRestart(error.Message);
            }

            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        await publisher.ConnectAsync(stopping);
        await using var connection = await database.OpenConnectionAsync(stopping);
        if (!await AskAsync(connection, Lock, stopping))
        {
            return;
        }

        try
        {
            using var daemon = await store.BuildProjectionDaemonAsync();
            await daemon.StartAgentAsync(BusSubscription.Position, stopping);
            try
            {
                while (daemon.StatusFor(BusSubscription.Position) == AgentStatus.Running)
                {
                    await Task.Delay(Interval, stopping);
                    await AskAsync(connection, "select true", stopping);
                }
            }
            finally
            {
                await daemon.StopAllAsync();
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await AskAsync(connection, "select pg_advisory_unlock_all() is null", CancellationToken.None);
            }
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    [LoggerMessage(LogLevel.Warning, "The bus starts again from its position: {Reason}")]
    private partial void LogRestart(string reason);
}
