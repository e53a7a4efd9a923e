namespace ControlPlane.Tenants;

/// <summary>When a deletion takes effect.</summary>
/// <param name="PurgeAt">When the purge starts; until then the tenant can come back.</param>
/// <param name="LegalDeadline">When all must be gone by law; only for a person's demand.</param>
public readonly record struct DeletionDates(DateTimeOffset PurgeAt, DateTimeOffset? LegalDeadline)
{
    // What a provider's outage may cost at the end.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(2);

    /// <summary>A demand under article 17 has to be met within one month (GDPR article 12(3)), and is two days before that.</summary>
    public static DeletionDates Of(TenantDeletionReason reason, int graceDays, DateTimeOffset now)
    {
        DateTimeOffset? deadline = reason == TenantDeletionReason.Art17 ? now.AddMonths(1) : null;
        var wished = now.AddDays(graceDays);
        return new(deadline - Margin is { } latest && latest < wished ? latest : wished, deadline);
    }
}
