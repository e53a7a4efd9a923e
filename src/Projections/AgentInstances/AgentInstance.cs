using ControlPlane.Sealing;
using JasperFx.Events;

namespace ControlPlane.AgentInstances;

/// <summary>What a decision about an instance has to know, and nothing else.</summary>
public sealed record AgentInstance(string Id, string BlueprintRef, string PlanRef, Personal DisplayName, Personal Config, string OwnerPrincipalId)
{
    public InstanceLife Life { get; init; } = InstanceLife.Drafted;

    public int Generation { get; init; } = 1;

    public static AgentInstance Create(IEvent<InstanceDrafted> e) =>
        new(e.StreamKey!, e.Data.BlueprintRef, e.Data.PlanRef, e.Data.DisplayName, e.Data.Config, e.Data.OwnerPrincipalId);

    public AgentInstance Apply(InstanceConfigured e) => this with { Config = e.Config, Generation = e.Generation };

    public AgentInstance Apply(TrialStarted e) => this with { Life = Life.Apply(e), PlanRef = e.PlanRef };

    public AgentInstance Apply(IEvent<ConversionStarted> e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceConverted e) => this with { Life = Life.Apply(e), PlanRef = e.PlanRef };

    public AgentInstance Apply(ConversionAbandoned e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(IEvent<PlanChangeRequested> e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(PlanChanged e) => this with { Life = Life.Apply(e), PlanRef = e.PlanRef };

    public AgentInstance Apply(PlanChangeFailed e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(PlanChangeCancelled e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(TrialEnding e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(IEvent<InstanceSuspended> e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceResumed e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceDeletionRequested e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceDeletionWithdrawn e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceDeletionStarted e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstanceDeleted e) => this with { Life = Life.Apply(e) };

    public AgentInstance Apply(InstancePurged e) => this with { Life = Life.Apply(e) };
}
