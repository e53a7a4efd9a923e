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

    /// <summary>That of <see cref="Life"/>, for queries.</summary>
    public InstanceState State { get; init; }

    public InstanceLife Life { get; init; } = InstanceLife.Drafted;

    public int Generation { get; init; } = 1;

    public DateTimeOffset? DeletedAt { get; init; }
}

public sealed partial class InstanceCardProjection : SingleStreamProjection<InstanceCard, string>
{
    public static InstanceCard Create(IEvent<InstanceDrafted> e) => new(
        e.StreamKey!, e.Data.BlueprintRef, e.Data.BlueprintDigest, e.Data.PlanRef, e.Data.Region, e.Data.DisplayName, e.Data.NameHash,
        e.Data.Config, e.Data.Labels, e.Data.OwnerPrincipalId, e.Timestamp, e.Timestamp);

    public static InstanceCard Apply(IEvent<InstanceConfigured> e, InstanceCard card) =>
        card with { Config = e.Data.Config, Generation = e.Data.Generation, UpdatedAt = e.Timestamp };

    public static InstanceCard Apply(IEvent<TrialStarted> e, InstanceCard card) =>
        Now(card with { PlanRef = e.Data.PlanRef }, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<ConversionStarted> e, InstanceCard card) => Now(card, card.Life.Apply(e), e);

    public static InstanceCard Apply(IEvent<InstanceConverted> e, InstanceCard card) =>
        Now(card with { PlanRef = e.Data.PlanRef }, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<ConversionAbandoned> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<PlanChangeRequested> e, InstanceCard card) => Now(card, card.Life.Apply(e), e);

    public static InstanceCard Apply(IEvent<PlanChanged> e, InstanceCard card) => Now(card with { PlanRef = e.Data.PlanRef }, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<PlanChangeFailed> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<PlanChangeCancelled> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<TrialEnding> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<InstanceSuspended> e, InstanceCard card) => Now(card, card.Life.Apply(e), e);

    public static InstanceCard Apply(IEvent<InstanceResumed> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<InstanceDeletionRequested> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<InstanceDeletionWithdrawn> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    public static InstanceCard Apply(IEvent<InstanceDeletionStarted> e, InstanceCard card) => Now(card, card.Life.Apply(e.Data), e);

    // The name is free again from here on.
    public static InstanceCard Apply(IEvent<InstanceDeleted> e, InstanceCard card) =>
        Now(card with { NameHash = null, DeletedAt = e.Timestamp }, card.Life.Apply(e.Data), e);

    public static bool ShouldDelete(InstancePurged _) => true;

    private static InstanceCard Now(InstanceCard card, InstanceLife life, IEvent e) => card with { Life = life, State = life.State, UpdatedAt = e.Timestamp };
}
