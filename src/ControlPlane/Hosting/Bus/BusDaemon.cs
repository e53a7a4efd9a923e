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
    private const string Lock = "controlplane.bus";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception error) when (!error.IsStop(stoppingToken))
            {
                LogRestart(error.Message);
            }

            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        await publisher.ConnectAsync(stopping);
        await using var held = await SessionLock.TryTakeAsync(database, Lock, stopping);
        if (held is null)
        {
            return;
        }

        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.StartAgentAsync(BusSubscription.Position, stopping);
        try
        {
            while (daemon.StatusFor(BusSubscription.Position) == AgentStatus.Running)
            {
                await Task.Delay(Interval, stopping);
                await held.AssertHeldAsync(stopping);
            }
        }
        finally
        {
            await daemon.StopAllAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The bus starts again from its position: {Reason}")]
    private partial void LogRestart(string reason);
}
