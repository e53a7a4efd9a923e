using System.Runtime.InteropServices;
using System.Threading.Channels;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>
/// Reads the catalog again when a file of it has changed or on SIGHUP, and takes it whole or not at all: with anything wrong in it the one
/// before stays. What is taken, and what the service has started with, is written down.
/// </summary>
public sealed partial class CatalogReload(CatalogSettings settings, CatalogStore catalog, CatalogLedger ledger, TimeProvider time, ILogger<CatalogReload> logger)
    : BackgroundService
{
    // An editor or a deployment writes several files; they are read when it is done.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private PosixSignalRegistration? _hangUp;
    private FileSystemWatcher? _watcher;

    /// <summary>Reads the folder and takes what it holds; gives what stands against it, and then nothing has changed.</summary>
    public async Task<IReadOnlyList<CatalogFault>> ReloadAsync(CancellationToken cancellation)
    {
        var reading = CatalogLoader.Load(settings.Path, CatalogKinds.Shipped, time.GetUtcNow());
        var faults = reading.Catalog is { } read ? await RewrittenAsync(read, cancellation) : reading.Faults;
        if (faults.Count > 0)
        {
            LogRefused(settings.Path, string.Concat(faults.Select(fault => $"{Environment.NewLine}  {fault}")));
            return faults;
        }

        catalog.Replace(reading.Catalog!);
        if (await ledger.RecordAsync(reading.Catalog!, cancellation))
        {
            LogTaken(reading.Catalog!.Everything.Count());
        }

        return [];
    }

    // Before the service is ready, for a hangup that nobody has asked for ends it.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _watcher = Watch();
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _asked.Writer.TryWrite(true);
        });
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _hangUp?.Dispose();
        _watcher?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await UntilDoneAsync(() => BeginAsync(stoppingToken), stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await _asked.Reader.ReadAsync(stoppingToken);
            await Task.Delay(Quiet, stoppingToken);
            while (_asked.Reader.TryRead(out _))
            {
                await Task.Delay(Quiet, stoppingToken);
            }

            await UntilDoneAsync(() => ReloadAsync(stoppingToken), stoppingToken);
        }
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (await RewrittenAsync(catalog.Current, cancellation) is { Count: > 0 } faults)
        {
            throw new CatalogException(settings.Path, faults);
        }

        await ledger.RecordAsync(catalog.Current, cancellation);
    }

    private FileSystemWatcher Watch()
    {
        var watcher = new FileSystemWatcher(settings.Path, "*.yaml") { IncludeSubdirectories = true };
        watcher.Changed += (_, _) => _asked.Writer.TryWrite(true);
        watcher.Created += (_, _) => _asked.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => _asked.Writer.TryWrite(true);
        watcher.Renamed += (_, _) => _asked.Writer.TryWrite(true);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private async Task UntilDoneAsync(Func<Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception error) when (!error.IsStop(stopping) && error is not CatalogException)
            {
                LogLater(error.Message);
                await Task.Delay(RetryAfter, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<IReadOnlyList<CatalogFault>> RewrittenAsync(CatalogSnapshot read, CancellationToken cancellation) =>
        settings.VersionsAreFinal ? [.. (await ledger.RewrittenAsync(read, cancellation)).Select(Fault)] : [];

    private static CatalogFault Fault(CatalogEntry entry) => new(
        $"{CatalogKinds.Shipped.All.Single(kind => kind.Name == entry.Kind).Folder}/{entry.Name}.yaml", 0, "/metadata/version", "published_version",
        $"{entry.Ref} was published with other content, and a version never changes; give this one a new number.");

    [LoggerMessage(LogLevel.Error, "The catalog in {Folder} is not taken, the one before stays. Put this right:{Faults}")]
    private partial void LogRefused(string folder, string faults);

    [LoggerMessage(LogLevel.Information, "A catalog of {Entries} entries is in force and written down")]
    private partial void LogTaken(int entries);

    [LoggerMessage(LogLevel.Warning, "The catalog is not written down yet: {Reason}")]
    private partial void LogLater(string reason);
}

/// <summary>Where the catalog is, and how strict it is taken.</summary>
/// <param name="Path">The folder.</param>
/// <param name="VersionsAreFinal">Whether what was published once is refused under the same version with other content; in development it is still being written.</param>
public sealed record CatalogSettings(string Path, bool VersionsAreFinal);
