using System.Threading.Channels;

namespace OutsideWorld.Webhooks;

/// <summary>The events on their way to one target, in the order and number its switches ask for.</summary>
internal sealed class TargetQueue
{
    private static readonly TimeSpan GatherAtMost = TimeSpan.FromSeconds(1);
    private readonly Channel<WebhookEvent> _channel = Channel.CreateBounded<WebhookEvent>(10_000);
    private readonly WebhookPusher _pusher;
    private int _toDrop;

    public TargetQueue(WebhookTarget target, WebhookPusher pusher, CancellationToken stop)
    {
        Target = target;
        _pusher = pusher;
        _toDrop = target.Drop;
        _ = Task.Run(() => RunAsync(stop), stop);
    }

    public WebhookTarget Target { get; }

    public void Enqueue(WebhookEvent sent) => _channel.Writer.TryWrite(sent);

    public void Close() => _channel.Writer.TryComplete();

    private async Task RunAsync(CancellationToken stop)
    {
        while (await _channel.Reader.WaitToReadAsync(stop))
        {
            foreach (var sent in await GatherAsync(stop))
            {
                if (_toDrop-- > 0)
                {
                    _pusher.Note(Target, sent, attempt: 0, "dropped", null);
                    continue;
                }
                await Task.Delay(Target.DelayMs, stop);
                for (var copy = 0; copy < Target.Copies; copy++)
                    await SendAsync(sent, stop);
            }
        }
    }

    private async Task<IEnumerable<WebhookEvent>> GatherAsync(CancellationToken stop)
    {
        var gathered = new List<WebhookEvent>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(GatherAtMost);
        try
        {
            while (gathered.Count < Math.Max(1, Target.Reorder))
                gathered.Add(await _channel.Reader.ReadAsync(patience.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or ChannelClosedException)
        {
            stop.ThrowIfCancellationRequested();
        }
        gathered.Reverse();
        return gathered;
    }

    // Later tries must not hold up the events behind this one.
    private async Task SendAsync(WebhookEvent sent, CancellationToken stop)
    {
        if (!await _pusher.TryAsync(Target, sent, attempt: 1, stop))
            _ = RetryAsync(sent, stop);
    }

    private async Task RetryAsync(WebhookEvent sent, CancellationToken stop)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        for (var attempt = 2; attempt <= Target.Attempts; attempt++, pause *= 2)
        {
            await Task.Delay(pause, stop);
            if (await _pusher.TryAsync(Target, sent, attempt, stop))
                return;
        }
    }
}
