using ControlPlane.AgentInstances;
using ControlPlane.Catalog;
using Marten;
using Wolverine;

namespace ControlPlane.Billing;

/// <summary>What a subscription at Stripe says of how its tenant stands.</summary>
public static class Standings
{
    /// <summary>The change of standing, if there is one. What was not paid within its grace stays so until it is paid.</summary>
    public static StandingChanged? After(BillingAccount account, SubscriptionChanged seen, DunningTerms? terms, DateTimeOffset now)
    {
        var (standing, known) = (Of(seen.Status), account.Standing?.Standing ?? Standing.Good);
        return standing == known || (standing == Standing.PastDue && known == Standing.Unpaid)
            ? null
            : new(standing, now, standing == Standing.PastDue ? now.AddDays(terms?.Days ?? 0) : null);
    }

    /// <summary>The most patient terms of what the tenant pays for; null where it pays for nothing.</summary>
    public static async Task<DunningTerms?> TermsAsync(this IQuerySession session, CatalogStore catalog, CancellationToken cancellation)
    {
        var cards = await session.Query<InstanceCard>().Where(card => card.State == InstanceState.Active || card.State == InstanceState.Suspended).ToListAsync(cancellation);
        return cards.Where(card => card.Life.Underlying == InstanceState.Active).Select(card => catalog.Get<PlanProfile>(card.PlanRef).Spec.Dunning).MaxBy(dunning => dunning.Days);
    }

    /// <summary>What has to happen after the subscription or the standing has changed.</summary>
    public static OutgoingMessages Following(string account, StandingChanged? standing, DunningTerms? terms)
    {
        var messages = new OutgoingMessages { new SettleAccount(account) };
        if (standing is null)
        {
            return messages;
        }

        if (standing.GraceEndsAt is { } end)
        {
            messages.Schedule(new EndGrace(account, standing.Since), end);
            foreach (var day in terms?.ReminderDays ?? [])
            {
                messages.Schedule(new SendStandingLetter(account, Standing.PastDue, standing.Since, day), standing.Since.AddDays(day));
            }
        }
        else
        {
            messages.Add(new SendStandingLetter(account, standing.Standing, standing.Since, 0));
        }

        return messages;
    }

    private static Standing Of(SubscriptionStatus status) => status switch
    {
        SubscriptionStatus.Active or SubscriptionStatus.Trialing or SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired => Standing.Good,
        SubscriptionStatus.PastDue => Standing.PastDue,
        _ => Standing.Unpaid,
    };
}
