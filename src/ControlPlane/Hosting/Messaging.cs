using JasperFx;
using JasperFx.Core;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;

namespace ControlPlane.Hosting;

/// <summary>The message bus inside the API hosts: durable local queues, in the transaction of the events that cause them.</summary>
public static class Messaging
{
    public static void AddMessaging(this WebApplicationBuilder builder) => builder.Host.UseWolverine(Configure);

    /// <summary>What holds for every host of ours.</summary>
    public static void Configure(WolverineOptions wolverine)
    {
        wolverine.ApplicationAssembly = typeof(Messaging).Assembly;
        wolverine.Policies.AutoApplyTransactions();
        wolverine.Policies.UseDurableLocalQueues();
        wolverine.Policies.UseDurableOutboxOnAllSendingEndpoints();
        wolverine.MultipleHandlerBehavior = MultipleHandlerBehavior.Separated;
        wolverine.EnvelopeIdGeneration = EnvelopeIdGeneration.GuidV7;
        wolverine.Durability.DeadLetterQueueExpirationEnabled = true;
        wolverine.Durability.DeadLetterQueueExpiration = 30.Days();
        wolverine.Durability.OutboxStaleTime = wolverine.Durability.InboxStaleTime = 5.Minutes();
        wolverine.Durability.ScheduledJobPollingTime = 1.Seconds();
        wolverine.Durability.NodeAssignmentHealthCheckTracingEnabled = false;
        wolverine.TakeOverSoon();
        wolverine.Policies.MessageExecutionLogLevel(LogLevel.Debug);
        wolverine.Policies.MessageSuccessLogLevel(LogLevel.Debug);
        wolverine.LocalQueueFor<Tenants.RunPurgeStep>().MaximumParallelMessages(SideBySide);
        wolverine.AddFailureRules();
    }

    // What waits for providers does not wait for the like of it.
    private const int SideBySide = 16;

    // A node that was killed holds its messages, and the timers if it led, until another node has missed its heartbeat for this long.
    // One that is merely slow gets its messages handled twice, which every handler bears.
    private static void TakeOverSoon(this WolverineOptions wolverine)
    {
        wolverine.Durability.HealthCheckPollingTime = 2.Seconds();
        wolverine.Durability.FirstHealthCheckExecution = 1.Seconds();
        wolverine.Durability.CheckAssignmentPeriod = 5.Seconds();
        wolverine.Durability.StaleNodeTimeout = 12.Seconds();
        wolverine.Durability.StaleNodeEjectionThreshold = 3;
    }

    // What never passes goes to the dead letters at once; what may pass is tried again for about a day.
    private static void AddFailureRules(this WolverineOptions wolverine)
    {
        wolverine.Policies.OnException<ConcurrencyException>()
            .RetryWithCooldown(10.Milliseconds(), 40.Milliseconds(), 160.Milliseconds(), 640.Milliseconds()).WithFullJitter()
            .Then.ScheduleRetry(5.Seconds(), 30.Seconds());
        wolverine.Policies.OnException<NeverPassesException>().MoveToErrorQueue();
        wolverine.Policies.OnException<TryLaterException>(later => later.After is not null)
            .ScheduleRetry(1.Minutes(), 5.Minutes(), 15.Minutes(), 1.Hours(), 3.Hours(), 6.Hours(), 12.Hours());
        wolverine.Policies.OnAnyException()
            .RetryWithCooldown(50.Milliseconds(), 250.Milliseconds()).WithFullJitter()
            .Then.ScheduleRetry(1.Seconds(), 5.Seconds(), 30.Seconds(), 2.Minutes(), 10.Minutes(), 30.Minutes(), 1.Hours(), 3.Hours(), 6.Hours(), 12.Hours());
    }
}

/// <summary>A side effect that no repetition will make succeed.</summary>
public sealed class NeverPassesException(string why) : Exception(why);

/// <summary>A provider asks to be left alone for a while.</summary>
public sealed class TryLaterException(string why, TimeSpan? after) : Exception(why)
{
    public TimeSpan? After => after;
}
