using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Catalog;

/// <summary>Whose key pays the model provider.</summary>
public enum ModelAccess
{
    BringYourOwnKey,
    Included,
}

/// <summary>A feature that a plan includes.</summary>
public enum Entitlement
{
    TelegramBot,
    RestApi,
    CuratedMcps,
    CustomMcps,
    WorkspaceMounts,
    Invitations,
    ClusterEventHooks,
    AuditExport,
    PrioritySupport,
}

/// <summary>What is counted.</summary>
public enum QuotaMetric
{
    Instances,
    Agents,
    Seats,
    Bots,
    TokensMonth,
    RunCostMicrosMonth,
    ConcurrentRuns,
    StorageBytes,
    McpInstallations,
    CustomMcps,
    HookSubscriptions,
    MountSessions,
}

/// <summary>How often a count starts again.</summary>
public enum QuotaPeriod
{
    None,
    Day,
    Month,
}

/// <summary>What happens to work beyond the limit.</summary>
public enum QuotaEnforcement
{
    Block,
    Throttle,
    Notify,
}

/// <summary>How much of one thing a plan includes.</summary>
public sealed record PlanQuota
{
    /// <summary>What is counted.</summary>
    public required QuotaMetric Metric { get; init; }

    /// <summary>The most that the plan includes.</summary>
    [Range(0, 9007199254740991)]
    public required long Limit { get; init; }

    /// <summary>How often the count starts again.</summary>
    public required QuotaPeriod Period { get; init; }

    /// <summary>What happens to work beyond the limit.</summary>
    public required QuotaEnforcement Enforcement { get; init; }

    /// <summary>The share of the limit at which the owner is told.</summary>
    [Range(1, 100)]
    public int SoftLimitPct { get; init; } = 80;
}

/// <summary>How the trial before a plan runs.</summary>
public sealed record TrialTerms
{
    /// <summary>How many days the trial lasts.</summary>
    [Range(1, 90)]
    public required int Days { get; init; }

    /// <summary>The plan whose quotas hold during the trial.</summary>
    public required Ref<PlanProfile> PlanRef { get; init; }

    /// <summary>How many days before the end the owner is reminded, each once.</summary>
    public required IReadOnlyList<int> NoticeDays { get; init; }

    /// <summary>How many days the instance's data is kept after a trial that nobody paid for.</summary>
    [Range(0, 365)]
    public required int DataKeptDays { get; init; }

    /// <summary>Whether the trial is charged for.</summary>
    public required bool Billed { get; init; }
}

/// <summary>When a change takes effect.</summary>
public enum ChangeTime
{
    Immediate,
    PeriodEnd,
}

/// <summary>When a change of plan takes effect.</summary>
public sealed record ChangeTerms
{
    /// <summary>To a plan of a higher tier or price.</summary>
    public required ChangeTime Upgrade { get; init; }

    /// <summary>To a plan of a lower tier or price.</summary>
    public required ChangeTime Downgrade { get; init; }
}

/// <summary>What happens when a payment fails.</summary>
public sealed record DunningTerms
{
    /// <summary>How many days after the failure the instance is suspended.</summary>
    [Range(0, 90)]
    public required int Days { get; init; }

    /// <summary>On which days after the failure the owner is reminded.</summary>
    public required IReadOnlyList<int> ReminderDays { get; init; }
}

/// <summary>Whether an instance is billed while it is suspended at the customer's wish.</summary>
public enum SuspendedBilling
{
    Billed,
    Paused,
}
