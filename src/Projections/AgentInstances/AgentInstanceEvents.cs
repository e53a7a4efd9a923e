using ControlPlane.Sealing;

namespace ControlPlane.AgentInstances;

public sealed record InstanceDrafted(
    string BlueprintRef, string BlueprintDigest, string PlanRef, string? Region, Personal DisplayName, string NameHash,
    Personal Config, Personal Labels, string OwnerPrincipalId);
public sealed record InstanceConfigured(Personal Config, IReadOnlyList<string> ChangedPaths, int Generation, string ConfiguredBy);
public sealed record TrialStarted(DateTimeOffset StartsAt, DateTimeOffset EndsAt, string PlanRef, string StartedBy);
public sealed record TrialEnding(int DaysLeft);
public sealed record InstanceSuspended(SuspendCode Code, Personal? Comment, SuspendDrain Drain, DateTimeOffset? ResumeAt, string SuspendedBy);
public sealed record InstanceResumed(IReadOnlyList<SuspendCode> Lifted, string ResumedBy);
public sealed record InstanceDeletionRequested(DeletionEffective Effective, DateTimeOffset EffectiveAt, Personal? Reason, string RequestedBy);
public sealed record InstanceDeletionWithdrawn(string WithdrawnBy);
public sealed record InstanceDeletionStarted;
public sealed record InstanceDeleted(DateTimeOffset PurgeAt);
public sealed record InstancePurged;

/// <summary>The commercial states of an agent instance.</summary>
public enum InstanceState
{
    Draft,
    Trial,
    Converting,
    Active,
    Suspended,
    Deleting,
    Deleted,
    Purged,
}

/// <summary>Why an instance is suspended; several reasons may hold at once.</summary>
public enum SuspendCode
{
    Customer,
    Nonpayment,
    TrialExpired,
    Abuse,
    Admin,
    BotOwnerChanged,
    TenantDeletion,
}

/// <summary>What happens to the runs that are under way.</summary>
public enum SuspendDrain
{
    Now,
    AfterRuns,
}

public enum DeletionEffective
{
    Immediate,
    PeriodEnd,
}
