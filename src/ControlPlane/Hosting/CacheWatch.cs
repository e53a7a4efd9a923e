using ControlPlane.Sealing;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>
/// Tells the memories of this node every second what has changed in the database. While it can't, they trust themselves for
/// seconds only, so that no node acts on a revoked token or a quarantined key for longer than five.
/// </summary>
public sealed partial class CacheWatch(KeyRing keys, ILogger<CacheWatch> logger, TokenChecks? tokens = null, TenantDirectory? tenants = null) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await keys.RefreshAsync(stoppingToken);
                await (tokens?.RefreshAsync(stoppingToken) ?? Task.CompletedTask);
                await (tenants?.RefreshAsync(stoppingToken) ?? Task.CompletedTask);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogUnreachable(error.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(LogLevel.Warning, "Nothing opened or looked up is remembered until the database answers: {Reason}")]
    private partial void LogUnreachable(string reason);
}
