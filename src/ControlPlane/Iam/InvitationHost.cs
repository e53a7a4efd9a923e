using System.Threading.RateLimiting;

namespace ControlPlane.Iam;

public static class InvitationHost
{
    public static void AddInvitations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Invitations").Get<InvitationSettings>() ?? new());
        builder.Services.AddSingleton<InvitationTokens>();
        builder.Services.AddSingleton<InvitationLimits>();
    }
}

/// <summary>Section <c>Invitations</c>.</summary>
public sealed class InvitationSettings
{
    /// <summary>How many invitations a tenant may send an hour.</summary>
    public int AnHour { get; set; } = 20;

    /// <summary>How often an hour one address may try to accept one.</summary>
    public int TriesAnHour { get; set; } = 10;
}

/// <summary>How often one address may try; counted on each node.</summary>
public sealed class InvitationLimits(InvitationSettings settings) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new() { PermitLimit = settings.TriesAnHour, Window = Window, SegmentsPerWindow = 6 }));

    /// <summary>How long to wait before the next try, or null when it may be made.</summary>
    public TimeSpan? WaitFor(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;
    }

    public void Dispose() => _limiter.Dispose();
}
