namespace ControlPlane.AgentInstances;

/// <summary>One trial a blueprint, by tenant and by the owner's keyed e-mail hash; the key says which. Not of one tenant.</summary>
public sealed record TrialUse(string Id, string TenantId, DateTimeOffset At);
