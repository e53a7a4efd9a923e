namespace ControlPlane.AgentInstances;

public sealed record RuntimeChanged(RuntimePhase Phase, IReadOnlyList<RuntimeCondition> Conditions, int ObservedGeneration, DateTimeOffset ReportedAt, string ReportedBy);

/// <summary>What a run has consumed in all; at most one a run.</summary>
public sealed record RunUsageReported(
    string RunId, long InputTokens, long CachedInputTokens, long OutputTokens, long CostMicros, string Currency, DateTimeOffset EndedAt, string ReportedBy);

/// <summary>One aspect of a runtime's health.</summary>
/// <param name="Type">What it is about.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">A machine-readable word, CamelCase.</param>
/// <param name="LastTransitionAt">When <paramref name="Status"/> last changed.</param>
public sealed record RuntimeCondition(ConditionType Type, ConditionStatus Status, string Reason, DateTimeOffset LastTransitionAt);

public enum RuntimePhase
{
    NotProvisioned,
    Provisioning,
    Pending,
    Running,
    Degraded,
    Paused,
    BackingUp,
    Restoring,
    Terminating,
    Terminated,
    Failed,
}

public enum ConditionType
{
    Ready,
    BotAttached,
    McpReady,
    PaymentPastDue,
    OverQuota,
    ConfigDrift,
}

public enum ConditionStatus
{
    True,
    False,
    Unknown,
}
