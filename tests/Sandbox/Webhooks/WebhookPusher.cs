namespace OutsideWorld.Webhooks;

/// <summary>Sends a provider's events to every target that wants them, and remembers each try.</summary>
internal sealed class WebhookPusher(Func<WebhookTarget, WebhookEvent, HttpRequestMessage> compose, SandboxClock clock) : IAsyncDisposable
{
    private const int Remembered = 20_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TargetQueue> _queues = [];
    private readonly Queue<Delivery> _deliveries = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };
    private long _last;

    public IReadOnlyList<WebhookTarget> Targets
    {
        get
        {
            lock (_lock)
                return [.. _queues.Values.Select(queue => queue.Target)];
        }
    }

    public void Add(WebhookTarget target)
    {
        lock (_lock)
            _queues.Add(target.Id, new TargetQueue(target, this, _stop.Token));
    }

    public void Remove(string? id)
    {
        lock (_lock)
        {
            foreach (var queue in _queues.Values.Where(queue => id is null || queue.Target.Id == id).ToList())
            {
                queue.Close();
                _queues.Remove(queue.Target.Id);
            }
        }
    }

    /// <summary>Hands an event over; it travels on its own.</summary>
    public void Push(WebhookEvent sent)
    {
        lock (_lock)
        {
            foreach (var queue in _queues.Values.Where(queue => queue.Target.Wants(sent)))
                queue.Enqueue(sent);
        }
    }

    public IReadOnlyList<Delivery> Deliveries(long since, string? eventId)
    {
        lock (_lock)
            return [.. _deliveries.Where(d => d.Index > since && (eventId is null || d.EventId == eventId))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    /// <summary>True once a 2xx has answered.</summary>
    internal async Task<bool> TryAsync(WebhookTarget target, WebhookEvent sent, int attempt, CancellationToken stop)
    {
        try
        {
            using var request = compose(target, sent);
            foreach (var (name, value) in target.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await _http.SendAsync(request, stop);
            Note(target, sent, attempt, answer.IsSuccessStatusCode ? "delivered" : "refused", (int)answer.StatusCode);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or OperationCanceledException)
        {
            Note(target, sent, attempt, "unreachable", null);
            return false;
        }
    }

    internal void Note(WebhookTarget target, WebhookEvent sent, int attempt, string outcome, int? status)
    {
        lock (_lock)
        {
            _deliveries.Enqueue(new(++_last, clock.GetUtcNow(), target.Id, sent.Id, sent.Type, attempt, outcome, status));
            if (_deliveries.Count > Remembered)
                _deliveries.Dequeue();
        }
    }
}
