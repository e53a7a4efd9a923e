using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Contracts;

/// <summary>
/// What a runtime tells of the instances that it hosts: the body of <c>POST /v1/runtime/reports</c> and of a message to the
/// exchange <c>controlplane.runtime-reports</c>. Telling the same twice changes nothing, so whoever is in doubt tells it again.
/// </summary>
/// <example>
/// { "reports": [{ "instanceId": "ain_0199f0c2a5b87c3e9d4f1a2b3c4d5e6f", "phase": "running", "observedGeneration": 1, "heartbeatAt": "2026-03-01T12:00:00Z" }] }
/// </example>
/// <param name="Reports">One report an instance, at most 200; of several for the same instance the latest heartbeat counts.</param>
public sealed record RuntimeReport([property: MinLength(1), MaxLength(RuntimeReport.MaxReports)] IReadOnlyList<InstanceReport> Reports)
{
    /// <summary>The most instances that one report may speak of.</summary>
    public const int MaxReports = 200;
}

/// <summary>What a runtime tells of one instance.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Phase">What the runtime is doing.</param>
/// <param name="ObservedGeneration">The generation of the configuration that the runtime works by, 0 before it has read one.</param>
/// <param name="HeartbeatAt">When the runtime saw it so. A report older than the last one of its instance is passed over, but for its usage.</param>
/// <param name="Conditions">Aspects of its health, at most one a type; a type that is left out keeps its last status.</param>
/// <param name="Usage">What runs have consumed, at most 500; each is counted once however often it is told.</param>
public sealed record InstanceReport(
    [property: RegularExpression("^ain_[0-9a-f]{32}$")] string InstanceId,
    RuntimePhase Phase,
    [property: Range(0, int.MaxValue)] int ObservedGeneration,
    DateTimeOffset HeartbeatAt,
    [property: MaxLength(6)] IReadOnlyList<ReportedCondition>? Conditions = null,
    [property: MaxLength(InstanceReport.MaxUsage)] IReadOnlyList<RunUsage>? Usage = null)
{
    /// <summary>The most runs that one report may account for.</summary>
    public const int MaxUsage = 500;
}

/// <summary>One aspect of an instance's health.</summary>
/// <param name="Type">What it is about.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">Why, as one CamelCase word for machines: no free text, for what is reported is shown and kept in clear.</param>
/// <param name="LastTransitionAt">When the status last changed.</param>
public sealed record ReportedCondition(
    ConditionType Type,
    ConditionStatus Status,
    [property: RegularExpression("^[A-Z][A-Za-z0-9]{0,63}$")] string Reason,
    DateTimeOffset LastTransitionAt);

/// <summary>What one run has consumed in all. It is told once the run has ended; the first telling counts.</summary>
/// <param name="RunId">Id of the run; usage is kept by it, so nothing counts twice.</param>
/// <param name="InputTokens">Tokens read, cached ones included.</param>
/// <param name="CachedInputTokens">How many of them came from the provider's cache.</param>
/// <param name="OutputTokens">Tokens written, those of reasoning included.</param>
/// <param name="CostMicros">What it cost, in millionths of the currency's unit.</param>
/// <param name="Currency">The currency, as ISO 4217.</param>
/// <param name="EndedAt">When the run ended.</param>
public sealed record RunUsage(
    [property: RegularExpression("^run_[0-9a-f]{32}$")] string RunId,
    [property: Range(0L, RunUsage.MaxAmount)] long InputTokens,
    [property: Range(0L, RunUsage.MaxAmount)] long CachedInputTokens,
    [property: Range(0L, RunUsage.MaxAmount)] long OutputTokens,
    [property: Range(0L, RunUsage.MaxAmount)] long CostMicros,
    [property: RegularExpression("^[A-Z]{3}$")] string Currency,
    DateTimeOffset EndedAt)
{
    /// <summary>Far above what a run can reach, and far below where sums overflow.</summary>
    public const long MaxAmount = 1_000_000_000_000;
}

/// <summary>What a runtime is doing.</summary>
public enum RuntimePhase
{
    /// <summary>Nothing was set up yet.</summary>
    NotProvisioned,

    /// <summary>It is being set up.</summary>
    Provisioning,

    /// <summary>It is set up and waits for room to run.</summary>
    Pending,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It runs, but not as it should.</summary>
    Degraded,

    /// <summary>It is stopped and can be woken.</summary>
    Paused,

    /// <summary>Its files are being backed up.</summary>
    BackingUp,

    /// <summary>Its files are being restored.</summary>
    Restoring,

    /// <summary>It is being taken down.</summary>
    Terminating,

    /// <summary>It is gone.</summary>
    Terminated,

    /// <summary>It stopped and does not come back by itself.</summary>
    Failed,
}

/// <summary>What a condition is about.</summary>
public enum ConditionType
{
    /// <summary>It takes work.</summary>
    Ready,

    /// <summary>Its Telegram bot is attached.</summary>
    BotAttached,

    /// <summary>Its MCP servers are connected.</summary>
    McpReady,

    /// <summary>Payment is past due.</summary>
    PaymentPastDue,

    /// <summary>It has used up its quota.</summary>
    OverQuota,

    /// <summary>It does not work by the configuration it was given.</summary>
    ConfigDrift,
}

/// <summary>Whether a condition holds.</summary>
public enum ConditionStatus
{
    /// <summary>It holds.</summary>
    True,

    /// <summary>It does not hold.</summary>
    False,

    /// <summary>The runtime can't tell.</summary>
    Unknown,
}
