using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>
/// Runs the projections that follow behind the writers, on one node at a time. One that stops for any reason is started again from
/// the position that it had reached.
/// </summary>
public sealed partial class AsyncProjections(IDocumentStore store, NpgsqlDataSource database, ILogger<AsyncProjections> logger) : BackgroundService
{
    private const string Lock = "controlplane.projections";
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
        await using var held = await SessionLock.TryTakeAsync(database, Lock, stopping);
        if (held is null)
        {
            return;
        }

        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        try
        {
            while (daemon.StatusFor(Audit.TrailProjection.Shard) == AgentStatus.Running)
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

    [LoggerMessage(LogLevel.Warning, "The projections start again from their positions: {Reason}")]
    private partial void LogRestart(string reason);
}
