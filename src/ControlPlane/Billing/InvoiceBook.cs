using ControlPlane.Hosting;
using Microsoft.Extensions.Caching.Memory;
using Polly;
using Polly.CircuitBreaker;

namespace ControlPlane.Billing;

/// <summary>Which invoices are asked for.</summary>
public sealed record InvoiceQuestion(string Customer, InvoiceState? State, DateTimeOffset? From, DateTimeOffset? To, int Limit, string? After);

/// <summary>What the payment provider has answered.</summary>
public sealed record InvoicesRead(IReadOnlyList<InvoiceView> Invoices, bool HasMore, DateTimeOffset At);

/// <summary>Reads invoices at the payment provider: an answer is good for half a minute, and who does not answer is left alone for a while.</summary>
public sealed class InvoiceBook(Payments payments, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(30);
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    private readonly ResiliencePipeline _patience = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 4,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(10),
            ShouldHandle = new PredicateBuilder().Handle<Exception>(IsAway),
        })
        .AddTimeout(TimeSpan.FromSeconds(5))
        .Build();

    /// <summary>The invoices, or null where the payment provider can't be asked.</summary>
    public async Task<InvoicesRead?> ReadAsync(InvoiceQuestion question, CancellationToken cancellation)
    {
        if (_known.TryGetValue(question, out InvoicesRead? known))
        {
            return known;
        }

        try
        {
            var read = await _patience.ExecuteAsync(async cancel => await payments.ListInvoicesAsync(question, time.GetUtcNow(), cancel), cancellation);
            _known.Set(question, read, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = GoodFor, Size = 1 });
            return read;
        }
        catch (Exception error) when (error is BrokenCircuitException || IsAway(error))
        {
            return null;
        }
    }

    public void Dispose() => _known.Dispose();

    private static bool IsAway(Exception error) => error is HttpRequestException or TryLaterException or PaymentRefusedException or Polly.Timeout.TimeoutRejectedException
        or TaskCanceledException { InnerException: TimeoutException };
}
