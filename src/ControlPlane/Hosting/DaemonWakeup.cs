using System.Collections.Concurrent;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>
/// Wakes the daemons when events were committed: those of this process at once, those of others by a notification outside the
/// writer's transaction, for one inside it makes writers queue. A daemon that misses it finds the events at its next poll.
/// </summary>
public sealed partial class DaemonWakeup(NpgsqlDataSource database, ILogger<DaemonWakeup> logger) : BackgroundService
{
    private const string Channel = "controlplane_events";
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string _node = Guid.CreateVersion7().ToString("N");
    private readonly ConcurrentBag<Latch> _daemons = [];
    private readonly Latch _committed = new();

    /// <summary>For one daemon: each needs a wake-up of its own, or they would take each other's signals.</summary>
    public IDaemonWakeup ForDaemon()
    {
        var latch = new Latch();
        _daemons.Add(latch);
        return latch;
    }

    /// <summary>Events were committed by this process.</summary>
    public void Pulse()
    {
        Wake();
        _committed.Set();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(NotifyAsync, stoppingToken), RepeatAsync(ListenAsync, stoppingToken));

    private void Wake()
    {
        foreach (var daemon in _daemons)
        {
            daemon.Set();
        }
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogUnreachable(error.Message);
                await Task.Delay(RetryAfter, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task NotifyAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _committed.WaitAsync(Timeout.InfiniteTimeSpan, stopping);
            stopping.ThrowIfCancellationRequested();
            await using (var command = database.CreateCommand("select pg_notify($1, $2)"))
            {
                command.Parameters.Add(new() { Value = Channel });
                command.Parameters.Add(new() { Value = _node });
                await command.ExecuteNonQueryAsync(stopping);
            }

            await Task.Delay(MinInterval, stopping);
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload != _node)
            {
                Wake();
            }
        };
        try
        {
            await ExecuteAsync(connection, $"listen {Channel}", stopping);
            // What was committed while nobody listened.
            Wake();
            while (true)
            {
                if (!await connection.WaitAsync(ProbeAfter, stopping))
                {
                    await ExecuteAsync(connection, "select 1", stopping);
                }
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, "unlisten *", CancellationToken.None);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "No notifications for now, daemons poll until the database answers: {Reason}")]
    private partial void LogUnreachable(string reason);

    /// <summary>Stays set until somebody has waited for it, so a signal that comes while the daemon works is not lost.</summary>
    private sealed class Latch : IDaemonWakeup
    {
        private TaskCompletionSource _signal = Fresh();

        public void Set() => Volatile.Read(ref _signal).TrySetResult();

        public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
        {
            var signal = Volatile.Read(ref _signal).Task;
            await signal.WaitAsync(timeout, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (signal.IsCompleted)
            {
                Volatile.Write(ref _signal, Fresh());
            }
        }

        public void Dispose()
        {
        }

        private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Pulses <see cref="DaemonWakeup"/> after each commit that appended events.</summary>
public sealed class WakeAfterCommit(DaemonWakeup wakeup) : DocumentSessionListenerBase
{
    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (commit.GetEvents().Any())
        {
            wakeup.Pulse();
        }

        return Task.CompletedTask;
    }
}
