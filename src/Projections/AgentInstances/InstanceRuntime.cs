using JasperFx.Events;

namespace ControlPlane.AgentInstances;

/// <summary>What the runtime of an instance last reported. It has a stream of its own, so that it never fails a customer's If-Match.</summary>
public sealed record InstanceRuntime(string Id, RuntimePhase Phase, IReadOnlyList<RuntimeCondition> Conditions, int ObservedGeneration, DateTimeOffset ReportedAt)
{
    public const string Suffix = "~runtime";

    public static string StreamOf(string instanceId) => instanceId + Suffix;

    public static string InstanceOf(string stream) => stream[..^Suffix.Length];

    /// <summary>
    /// What a report changes, or null where nothing differs: a condition that is left out keeps its last status, and one whose
    /// status is as it was keeps the time of its last transition.
    /// </summary>
    public static RuntimeChanged? Changes(InstanceRuntime? last, RuntimeChanged reported)
    {
        var before = (last?.Conditions ?? []).ToDictionary(condition => condition.Type);
        RuntimeCondition[] conditions =
        [
            .. before.Values.ExceptBy(reported.Conditions.Select(condition => condition.Type), condition => condition.Type)
                .Concat(reported.Conditions.Select(told => before.TryGetValue(told.Type, out var known) && known.Status == told.Status
                    ? told with { LastTransitionAt = known.LastTransitionAt }
                    : told))
                .OrderBy(condition => condition.Type),
        ];
        return last is not null && last.Phase == reported.Phase && last.ObservedGeneration == reported.ObservedGeneration && conditions.SequenceEqual(last.Conditions)
            ? null
            : reported with { Conditions = conditions };
    }

    public static InstanceRuntime Create(IEvent<RuntimeChanged> e) =>
        new(e.StreamKey!, e.Data.Phase, e.Data.Conditions, e.Data.ObservedGeneration, e.Data.ReportedAt);

    public static InstanceRuntime Apply(IEvent<RuntimeChanged> e, InstanceRuntime _) => Create(e);
}
