namespace ControlPlane.Hosting.Bus;

/// <summary>Keeps a <see cref="BusHost"/> running inside this process; without a broker it waits for one and holds up nobody.</summary>
public sealed partial class BusSupervisor(
    IServiceProvider services, BusSettings settings, IHostApplicationLifetime lifetime, ILogger<BusSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.ApplicationStarted.AsTask(stoppingToken);
        var pause = MinPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Asked first, for Wolverine would try for minutes before it gives up.
                await using (await Broker.ConnectAsync(settings.Url, "control-plane bus probe", stoppingToken))
                {
                }

                using var host = BusHost.Build(services);
                await host.StartAsync(stoppingToken);
                LogUp();
                pause = MinPause;
                await host.WaitForShutdownAsync(stoppingToken);
                LogDown("its host has ended", pause.TotalMilliseconds);
            }
            catch (Exception error) when (!error.IsStop(stoppingToken))
            {
                LogDown(error.Message, pause.TotalMilliseconds);
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
        }
    }

    [LoggerMessage(LogLevel.Information, "The bus is up")]
    private partial void LogUp();

    [LoggerMessage(LogLevel.Warning, "The bus is down, again in {Pause} ms: {Reason}")]
    private partial void LogDown(string reason, double pause);
}

internal static class Tokens
{
    /// <summary>Completes when <paramref name="token"/> is cancelled.</summary>
    public static Task AsTask(this CancellationToken token, CancellationToken giveUp)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(done.SetResult);
        return done.Task.WaitAsync(giveUp);
    }
}
