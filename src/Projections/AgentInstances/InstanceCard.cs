using System.Collections.Immutable;
using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace ControlPlane.AgentInstances;

/// <summary>What the portal shows of an instance, but for what its runtime reports.</summary>
public sealed record InstanceCard(
    string Id, string BlueprintRef, string BlueprintDigest, string PlanRef, string? Region, Personal DisplayName, string? NameHash,
    Personal Config, Personal Labels, string OwnerPrincipalId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IRevisioned
{
    public int Version { get; set; }

    public InstanceState State { get; init; }

    /// <summary>The state it goes back to when the last suspend reason is lifted.</summary>
    public InstanceState Underlying { get; init; }

    public ImmutableArray<SuspendCode> SuspendedFor { get; init; } = [];

    public int Generation { get; init; } = 1;

    public DateTimeOffset? TrialStartsAt { get; init; }

    public DateTimeOffset? TrialEndsAt { get; init; }

    public Deletion? PendingDeletion { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    public DateTimeOffset? PurgeAt { get; init; }
}

public sealed partial class InstanceCardProjection : SingleStreamProjection<InstanceCard, string>
{
    public static InstanceCard Create(IEvent<InstanceDrafted> e) => new(
        e.StreamKey!, e.Data.BlueprintRef, e.Data.BlueprintDigest, e.Data.PlanRef, e.Data.Region, e.Data.DisplayName, e.Data.NameHash,
        e.Data.Config, e.Data.Labels, e.Data.OwnerPrincipalId, e.Timestamp, e.Timestamp);

    public static InstanceCard Apply(IEvent<InstanceConfigured> e, InstanceCard card) =>
        card with { Config = e.Data.Config, Generation = e.Data.Generation, UpdatedAt = e.Timestamp };

    public static InstanceCard Apply(IEvent<TrialStarted> e, InstanceCard card) => Shown(card with
    {
        Underlying = InstanceState.Trial, PlanRef = e.Data.PlanRef, TrialStartsAt = e.Data.StartsAt, TrialEndsAt = e.Data.EndsAt, UpdatedAt = e.Timestamp,
    });

    public static InstanceCard Apply(IEvent<InstanceSuspended> e, InstanceCard card) =>
        Shown(card with { SuspendedFor = card.SuspendedFor.Add(e.Data.Code), UpdatedAt = e.Timestamp });

    public static InstanceCard Apply(IEvent<InstanceResumed> e, InstanceCard card) =>
        Shown(card with { SuspendedFor = card.SuspendedFor.RemoveRange(e.Data.Lifted), UpdatedAt = e.Timestamp });

    public static InstanceCard Apply(IEvent<InstanceDeletionRequested> e, InstanceCard card) =>
        card with { PendingDeletion = new(e.Data.Effective, e.Data.EffectiveAt), UpdatedAt = e.Timestamp };

    public static InstanceCard Apply(IEvent<InstanceDeletionWithdrawn> e, InstanceCard card) =>
        card with { PendingDeletion = null, UpdatedAt = e.Timestamp };

    public static InstanceCard Apply(IEvent<InstanceDeletionStarted> e, InstanceCard card) =>
        Shown(card with { Underlying = InstanceState.Deleting, UpdatedAt = e.Timestamp });

    // The name is free again from here on.
    public static InstanceCard Apply(IEvent<InstanceDeleted> e, InstanceCard card) => Shown(card with
    {
        Underlying = InstanceState.Deleted, NameHash = null, DeletedAt = e.Timestamp, PurgeAt = e.Data.PurgeAt, UpdatedAt = e.Timestamp,
    });

    public static bool ShouldDelete(InstancePurged _) => true;

    private static InstanceCard Shown(InstanceCard card) => card with
    {
        State = card.SuspendedFor.IsEmpty || card.Underlying >= InstanceState.Deleting ? card.Underlying : InstanceState.Suspended,
    };
}
