using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ControlPlane.Sealing;
using JasperFx.Events;

namespace ControlPlane.AgentInstances;

/// <summary>Where an instance stands commercially; decisions and read models fold it alike.</summary>
/// <param name="Underlying">The state that holds when no suspend reason does.</param>
public sealed record InstanceLife(InstanceState Underlying)
{
    public static readonly InstanceLife Drafted = new(InstanceState.Draft);

    public ImmutableArray<Suspension> Suspensions { get; init; } = [];

    public DateTimeOffset? TrialStartsAt { get; init; }

    public DateTimeOffset? TrialEndsAt { get; init; }

    /// <summary>How many days before its end the trial was last reminded of.</summary>
    public int? RemindedDaysLeft { get; init; }

    /// <summary>A deletion that was asked for; one at period end can still be withdrawn.</summary>
    public Deletion? Deletion { get; init; }

    public DateTimeOffset? PurgeAt { get; init; }

    /// <summary>A conversion that is under way.</summary>
    public Conversion? Conversion { get; init; }

    /// <summary>A change of plan that is yet to come.</summary>
    public PlanChange? PlanChange { get; init; }

    /// <summary>What is charged for it at the payment provider; null before it is paid for.</summary>
    public string? PriceId { get; init; }

    [JsonIgnore]
    public InstanceState State => Suspensions.IsEmpty || Underlying >= InstanceState.Deleting ? Underlying : InstanceState.Suspended;

    /// <summary>When what is being paid for, or tried, ends by itself; null where nothing runs.</summary>
    [JsonIgnore]
    public DateTimeOffset? PeriodEndsAt => Underlying == InstanceState.Trial && !IsSuspendedFor(SuspendCode.TrialExpired) ? TrialEndsAt : null;

    public bool IsSuspendedFor(SuspendCode code) => Suspensions.Any(suspension => suspension.Code == code);

    /// <summary>As it is at a time, whether or not the timers that make it so have run yet.</summary>
    public InstanceLife At(DateTimeOffset now)
    {
        var due = this with { Suspensions = Suspensions.RemoveAll(suspension => suspension.ResumeAt <= now) };
        if (PeriodEndsAt is { } end && end <= now)
        {
            due = due with { Suspensions = due.Suspensions.Add(new(SuspendCode.TrialExpired, end)) };
        }

        return Deletion?.EffectiveAt <= now && Underlying < InstanceState.Deleting ? due with { Underlying = InstanceState.Deleting } : due;
    }

    public InstanceLife Apply(TrialStarted e) => this with { Underlying = InstanceState.Trial, TrialStartsAt = e.StartsAt, TrialEndsAt = e.EndsAt };

    /// <summary>Whoever is about to pay is no longer stopped by the end of his trial.</summary>
    public InstanceLife Apply(IEvent<ConversionStarted> e) => this with
    {
        Underlying = InstanceState.Converting,
        Suspensions = Suspensions.RemoveAll(suspension => suspension.Code == SuspendCode.TrialExpired),
        Conversion = new(e.Id, Underlying, e.Data.OfferRef, e.Data.PlanRef, e.Data.PriceId, e.Data.CheckoutSessionId, e.Data.ExpiresAt),
    };

    public InstanceLife Apply(InstanceConverted e) => this with { Underlying = InstanceState.Active, Conversion = null, PriceId = e.PriceId };

    public InstanceLife Apply(IEvent<PlanChangeRequested> e) => this with
    {
        PlanChange = new(
            e.Id, e.Data.ToPlanRef, e.Data.OfferRef, e.Data.PriceId, e.Data.Direction, e.Data.EffectiveAt, e.Data.QuoteId, e.Data.ProrationDate, e.Data.DueNow),
    };

    public InstanceLife Apply(PlanChanged e) => this with { PlanChange = null, PriceId = e.PriceId };

    public InstanceLife Apply(PlanChangeFailed _) => this with { PlanChange = null };

    public InstanceLife Apply(PlanChangeCancelled _) => this with { PlanChange = null };

    public InstanceLife Apply(ConversionAbandoned _) => this with { Underlying = Conversion!.From, Conversion = null };

    public InstanceLife Apply(TrialEnding e) => this with { RemindedDaysLeft = e.DaysLeft };

    public InstanceLife Apply(IEvent<InstanceSuspended> e) => this with
    {
        Suspensions = Suspensions.Add(new(e.Data.Code, e.Timestamp) { ResumeAt = e.Data.ResumeAt, Comment = e.Data.Comment }),
    };

    public InstanceLife Apply(InstanceResumed e) => this with { Suspensions = Suspensions.RemoveAll(suspension => e.Lifted.Contains(suspension.Code)) };

    public InstanceLife Apply(InstanceDeletionRequested e) => this with { Deletion = new(e.Effective, e.EffectiveAt) };

    public InstanceLife Apply(InstanceDeletionWithdrawn _) => this with { Deletion = null };

    public InstanceLife Apply(InstanceDeletionStarted _) => this with { Underlying = InstanceState.Deleting };

    public InstanceLife Apply(InstanceDeleted e) => this with { Underlying = InstanceState.Deleted, PurgeAt = e.PurgeAt };

    public InstanceLife Apply(InstancePurged _) => this with { Underlying = InstanceState.Purged };
}

/// <summary>A reason why an instance does not run.</summary>
/// <param name="Code">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record Suspension(SuspendCode Code, DateTimeOffset Since)
{
    /// <summary>When it lifts by itself.</summary>
    public DateTimeOffset? ResumeAt { get; init; }

    /// <summary>What whoever suspended it said.</summary>
    public Personal? Comment { get; init; }
}

/// <summary>A deletion that was asked for.</summary>
/// <param name="Effective">At once, or at the end of the period.</param>
/// <param name="EffectiveAt">When it takes effect.</param>
public sealed record Deletion(DeletionEffective Effective, DateTimeOffset EffectiveAt);
