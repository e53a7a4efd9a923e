using ControlPlane.Catalog;
using ControlPlane.Hosting;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Time to remind of the end of a trial.</summary>
public sealed record RemindOfTrial(string InstanceId, DateTimeOffset EndsAt, int DaysLeft);

/// <summary>A trial is over.</summary>
public sealed record EndTrial(string InstanceId, DateTimeOffset EndsAt, int KeptDays);

/// <summary>Nobody paid after a trial, and its data has been kept for as long as was promised.</summary>
public sealed record GiveUpTrial(string InstanceId, DateTimeOffset EndsAt);

/// <summary>The durable timers of a trial. Each says which trial it belongs to, so that one that comes late or twice does nothing.</summary>
public static class TrialTimers
{
    private static readonly TimeSpan SecondThought = TimeSpan.FromDays(30);

    public static OutgoingMessages For(string instanceId, DateTimeOffset ends, TrialTerms terms)
    {
        var timers = new OutgoingMessages();
        foreach (var days in terms.NoticeDays)
        {
            timers.Schedule(new RemindOfTrial(instanceId, ends, days), ends.AddDays(-days));
        }

        timers.Schedule(new EndTrial(instanceId, ends, terms.DataKeptDays), ends);
        timers.Schedule(new GiveUpTrial(instanceId, ends), ends.AddDays(terms.DataKeptDays));
        return timers;
    }

    /// <summary>Gives up a trial that was over while somebody tried to pay: not at once, for he may try again.</summary>
    public static OutgoingMessages GiveUpAfter(string instanceId, DateTimeOffset ended, DateTimeOffset now)
    {
        var timer = new OutgoingMessages();
        timer.Schedule(new GiveUpTrial(instanceId, ended), now + SecondThought);
        return timer;
    }
}

public static class RemindOfTrialHandler
{
    public static (TrialEnding?, OutgoingMessages) Handle(
        RemindOfTrial timer, [WriteModel(nameof(RemindOfTrial.InstanceId))] AgentInstance? instance, TimeProvider time) =>
        instance?.Life.PeriodEndsAt == timer.EndsAt && !(timer.DaysLeft >= instance.Life.RemindedDaysLeft) && !IsLate(timer, time.GetUtcNow())
            ? (new(timer.DaysLeft), [new SendTrialLetter(instance.Id, timer.DaysLeft, 0)])
            : (null, []);

    // A whole day late, it would tell of days that are gone.
    private static bool IsLate(RemindOfTrial timer, DateTimeOffset now) => timer.EndsAt - now <= TimeSpan.FromDays(timer.DaysLeft - 1);
}

public static class EndTrialHandler
{
    public static (InstanceSuspended?, OutgoingMessages) Handle(EndTrial timer, [WriteModel(nameof(EndTrial.InstanceId))] AgentInstance? instance) =>
        instance?.Life.PeriodEndsAt == timer.EndsAt
            ? (new(SuspendCode.TrialExpired, null, SuspendDrain.AfterRuns, null, Actors.System), [new SendTrialLetter(instance.Id, 0, timer.KeptDays)])
            : (null, []);
}

public static class GiveUpTrialHandler
{
    public static (InstanceDeletionRequested?, InstanceDeletionStarted?, OutgoingMessages) Handle(
        GiveUpTrial timer, [WriteModel(nameof(GiveUpTrial.InstanceId))] AgentInstance? instance, TimeProvider time) =>
        instance?.Life is { Underlying: InstanceState.Trial } life && life.TrialEndsAt == timer.EndsAt && life.IsSuspendedFor(SuspendCode.TrialExpired)
            ? (new(DeletionEffective.Immediate, time.GetUtcNow(), null, Actors.System), new(), [new CarryOutDeletion(instance.Id)])
            : (null, null, []);
}
