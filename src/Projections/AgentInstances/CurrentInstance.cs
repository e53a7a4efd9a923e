using JasperFx.Events;

namespace ControlPlane.AgentInstances;

public sealed record InstanceSelected(string? InstanceId, string? Previous);

/// <summary>The instance a principal works with in one session; its stream is short-lived and nobody's aggregate.</summary>
public sealed record CurrentInstance(string Id, string? InstanceId)
{
    public static string StreamOf(string principalId, string session) => $"{principalId}~current~{session}";

    public static CurrentInstance Create(IEvent<InstanceSelected> e) => new(e.StreamKey!, e.Data.InstanceId);

    public CurrentInstance Apply(InstanceSelected e) => this with { InstanceId = e.InstanceId };
}
