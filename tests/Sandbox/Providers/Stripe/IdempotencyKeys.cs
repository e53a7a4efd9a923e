using OutsideWorld.Traffic;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Remembers what a key was answered for 24 hours, as docs.stripe.com/api/idempotent_requests tells.</summary>
internal sealed class IdempotencyKeys(RequestDelegate next, SandboxClock clock)
{
    private const int Capacity = 100_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Queue<Entry> _byAge = new();

    public async Task InvokeAsync(HttpContext context)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        if (key.Length > 255)
            throw StripeFailure.Malformed("Idempotency keys must be at most 255 characters long.");
        var entry = Claim(key, context, out var answer);
        context.Response.Headers["Original-Request"] = entry.RequestId;
        context.Response.Headers["Idempotency-Key"] = key;
        if (answer is not null)
            await ReplayAsync(context, answer);
        else
            await ExecuteAsync(context, entry);
    }

    private Entry Claim(string key, HttpContext context, out Answer? answer)
    {
        var parameters = string.Join('&', BracketForm.Pairs(context.Features.GetRequiredFeature<Received>().Text).Order());
        lock (_lock)
        {
            Forget();
            if (_entries.TryGetValue(key, out var entry))
            {
                answer = entry.Answer;
                entry.MustEqual(context.Request.Path, parameters);
                return answer is null ? throw InUse(key) : entry;
            }
            answer = null;
            entry = new(key, context.Request.Path, parameters, context.Response.Headers["Request-Id"].ToString(), clock.GetUtcNow());
            _entries[key] = entry;
            _byAge.Enqueue(entry);
            return entry;
        }
    }

    private async Task ExecuteAsync(HttpContext context, Entry entry)
    {
        var wire = context.Response.Body;
        using var body = new MemoryStream();
        context.Response.Body = body;
        var remembered = false;
        try
        {
            try
            {
                await next(context);
            }
            catch (StripeFailure failure) when (failure.HadBegun)
            {
                await failure.WriteAsync(context.Response);
            }
            remembered = true;
            lock (_lock)
                entry.Answer = new(context.Response.StatusCode, context.Response.ContentType, body.ToArray());
        }
        finally
        {
            context.Response.Body = wire;
            if (!remembered)
                Release(entry);
        }
        if (!context.RequestAborted.IsCancellationRequested)
            await wire.WriteAsync(entry.Answer.Body);
    }

    private static async Task ReplayAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers["Idempotent-Replayed"] = "true";
        await context.Response.Body.WriteAsync(answer.Body);
    }

    private void Forget()
    {
        var now = clock.GetUtcNow();
        while (_byAge.TryPeek(out var oldest) && (now - oldest.Since >= KeptFor || _byAge.Count >= Capacity))
        {
            _byAge.Dequeue();
            if (_entries.GetValueOrDefault(oldest.Key) == oldest)
                _entries.Remove(oldest.Key);
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
            _entries.Remove(entry.Key);
    }

    private static StripeFailure InUse(string key) => new(StatusCodes.Status409Conflict, "idempotency_error",
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, "
        + $"and the other request is still going through): {key}. Please try again later.", "idempotency_key_in_use");

    private sealed record Answer(int Status, string? ContentType, byte[] Body);

    private sealed class Entry(string key, string path, string parameters, string requestId, DateTimeOffset since)
    {
        public string Key => key;

        public string RequestId => requestId;

        public DateTimeOffset Since => since;

        public Answer? Answer { get; set; }

        public void MustEqual(string otherPath, string otherParameters)
        {
            if (otherPath != path)
                throw Mismatch($"for the same endpoint they were first used for ('{path}' vs '{otherPath}')");
            if (otherParameters != parameters)
                throw Mismatch("with the same parameters they were first used with");
        }

        private StripeFailure Mismatch(string how) => new(StatusCodes.Status400BadRequest, "idempotency_error",
            $"Keys for idempotent requests can only be used {how}. "
            + $"Try using a key other than '{key}' if you meant to execute a different request.");
    }
}
