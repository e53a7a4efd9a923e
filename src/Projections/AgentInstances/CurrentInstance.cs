using JasperFx.Events;

namespace ControlPlane.AgentInstances;

public sealed record InstanceSelected(string? InstanceId, string? Previous);

/// <summary>The instance a principal works with in one session; a short-lived preference, and nobody's aggregate.</summary>
public sealed record CurrentInstance(string Id, string? InstanceId)
{
    /// <param name="principalId">Whose preference it is.</param>
    /// <param name="sessionHash">A keyed hash of what names the session: it may be somebody's Telegram id.</param>
    public static string StreamOf(string principalId, string sessionHash) => $"{principalId}~current~{sessionHash[..16]}";

    public static CurrentInstance Create(IEvent<InstanceSelected> e) => new(e.StreamKey!, e.Data.InstanceId);

    public CurrentInstance Apply(InstanceSelected e) => this with { InstanceId = e.InstanceId };
}
