using System.Threading.RateLimiting;

namespace ControlPlane.Signup;

/// <summary>How often one address can be written to, whether or not it is known; counted on each node.</summary>
public sealed class SignupLimits(SignupSettings settings) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(emailHash =>
        RateLimitPartition.GetSlidingWindowLimiter(emailHash, _ => new()
        {
            PermitLimit = settings.LettersAnHour,
            Window = Window,
            SegmentsPerWindow = 6,
        }));

    /// <summary>How long to wait before the next letter, or null when it may be sent.</summary>
    public TimeSpan? WaitFor(string emailHash)
    {
        using var lease = _limiter.AttemptAcquire(emailHash);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;
    }

    public void Dispose() => _limiter.Dispose();
}
