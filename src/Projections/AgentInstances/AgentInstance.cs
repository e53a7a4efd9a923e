using System.Collections.Immutable;
using ControlPlane.Sealing;
using JasperFx.Events;

namespace ControlPlane.AgentInstances;

/// <summary>What a decision about an instance has to know, and nothing else.</summary>
public sealed record AgentInstance(string Id, string BlueprintRef, string PlanRef, Personal DisplayName, Personal Config, string OwnerPrincipalId)
{
    /// <summary>The state that holds when no suspend reason does.</summary>
    public InstanceState Underlying { get; init; } = InstanceState.Draft;

    public ImmutableArray<SuspendCode> SuspendedFor { get; init; } = [];

    public int Generation { get; init; } = 1;

    public DateTimeOffset? TrialEndsAt { get; init; }

    public Deletion? PendingDeletion { get; init; }

    public DateTimeOffset? PurgeAt { get; init; }

    public InstanceState State => SuspendedFor.IsEmpty || Underlying >= InstanceState.Deleting ? Underlying : InstanceState.Suspended;

    public bool IsSuspendedFor(SuspendCode code) => SuspendedFor.Contains(code);

    public static AgentInstance Create(IEvent<InstanceDrafted> e) =>
        new(e.StreamKey!, e.Data.BlueprintRef, e.Data.PlanRef, e.Data.DisplayName, e.Data.Config, e.Data.OwnerPrincipalId);

    public AgentInstance Apply(InstanceConfigured e) => this with { Config = e.Config, Generation = e.Generation };

    public AgentInstance Apply(TrialStarted e) => this with { Underlying = InstanceState.Trial, PlanRef = e.PlanRef, TrialEndsAt = e.EndsAt };

    public AgentInstance Apply(InstanceSuspended e) => this with { SuspendedFor = SuspendedFor.Add(e.Code) };

    public AgentInstance Apply(InstanceResumed e) => this with { SuspendedFor = SuspendedFor.RemoveRange(e.Lifted) };

    public AgentInstance Apply(InstanceDeletionRequested e) => this with { PendingDeletion = new(e.Effective, e.EffectiveAt) };

    public AgentInstance Apply(InstanceDeletionWithdrawn _) => this with { PendingDeletion = null };

    public AgentInstance Apply(InstanceDeletionStarted _) => this with { Underlying = InstanceState.Deleting };

    public AgentInstance Apply(InstanceDeleted e) => this with { Underlying = InstanceState.Deleted, PurgeAt = e.PurgeAt };

    public AgentInstance Apply(InstancePurged _) => this with { Underlying = InstanceState.Purged };
}

/// <summary>A deletion that was asked for; one at period end can still be withdrawn.</summary>
public sealed record Deletion(DeletionEffective Effective, DateTimeOffset EffectiveAt);
