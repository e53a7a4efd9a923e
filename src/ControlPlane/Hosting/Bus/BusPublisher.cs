using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ControlPlane.Hosting.Bus;

/// <summary>
/// Publishes page after page over one channel and returns only when the broker has confirmed all of a page. What fails is sent
/// again from the page's first message on, so that whatever arrives first of each event arrives in order.
/// </summary>
public sealed partial class BusPublisher(
    BusSettings settings, BusTelemetry telemetry, IHostApplicationLifetime bus, ILogger<BusPublisher> logger) : IAsyncDisposable
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Connects ahead of the first page, so that the node tells whether it reaches the broker while nothing happens.</summary>
    public async Task ConnectAsync(CancellationToken cancellation) => await OpenAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        telemetry.IsUp = false;
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            try
            {
                await connection.DisposeAsync();
            }
            catch (Exception error) when (error is OperationInterruptedException or IOException or TimeoutException)
            {
                LogClosing(error.Message);
            }
        }
    }

    /// <summary>To the exchange of events, each under its own routing key.</summary>
    public async Task PublishAsync(IReadOnlyList<BusMessage> page, CancellationToken cancellation)
    {
        if (page.Count == 0)
        {
            return;
        }

        using var activity = BusTelemetry.StartPage(page);
        for (var pause = MinPause; ; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            try
            {
                var start = Stopwatch.GetTimestamp();
                var channel = await OpenAsync(cancellation);
                var confirms = new Task[page.Count];
                for (var i = 0; i < confirms.Length; i++)
                {
                    confirms[i] = channel.BasicPublishAsync(
                        Topology.Events, page[i].RoutingKey, mandatory: false, page[i].Properties, page[i].Body, cancellation).AsTask();
                }

                await Task.WhenAll(confirms);
                telemetry.Published(page, Stopwatch.GetElapsedTime(start));
                return;
            }
            catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                // The broker has lost its memory: the bus host ends, and the next one declares the topology anew.
                await DisposeAsync();
                bus.StopApplication();
                throw;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                LogRetry(page.Count, page[0].Sequence, pause.TotalMilliseconds, error.Message);
                await DisposeAsync();
                await Task.Delay(pause, cancellation);
            }
        }
    }

    private async ValueTask<IChannel> OpenAsync(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true } open && _connection is { IsOpen: true })
        {
            return open;
        }

        await DisposeAsync();
        _connection = await Broker.ConnectAsync(settings.Url, "control-plane bus publisher", cancellation);
        _channel = await _connection.CreateChannelAsync(
            new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        telemetry.IsUp = true;
        return _channel;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} events from {Sequence} on are not confirmed, again in {Pause} ms: {Reason}")]
    private partial void LogRetry(int count, long sequence, double pause, string reason);

    [LoggerMessage(LogLevel.Debug, "Closing the connection: {Reason}")]
    private partial void LogClosing(string reason);
}
