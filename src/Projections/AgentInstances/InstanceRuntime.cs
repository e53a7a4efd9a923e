using JasperFx.Events;

namespace ControlPlane.AgentInstances;

/// <summary>What the runtime of an instance last reported. It has a stream of its own, so that it never fails a customer's If-Match.</summary>
public sealed record InstanceRuntime(string Id, RuntimePhase Phase, IReadOnlyList<RuntimeCondition> Conditions, int ObservedGeneration, DateTimeOffset ReportedAt)
{
    public const string Suffix = "~runtime";

    public static string StreamOf(string instanceId) => instanceId + Suffix;

    public static string InstanceOf(string stream) => stream[..^Suffix.Length];

    public static InstanceRuntime Create(IEvent<RuntimeChanged> e) =>
        new(e.StreamKey!, e.Data.Phase, e.Data.Conditions, e.Data.ObservedGeneration, e.Data.ReportedAt);

    public static InstanceRuntime Apply(IEvent<RuntimeChanged> e, InstanceRuntime _) => Create(e);
}
