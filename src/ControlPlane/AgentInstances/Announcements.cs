using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.Events;

namespace ControlPlane.AgentInstances;

public static class Announcements
{
    public static AnnouncementMap AddAgentInstances(this AnnouncementMap map) => map
        .On((IEvent<InstanceDrafted> e) => new Contracts.InstanceDrafted(
            e.StreamKey!, e.Data.BlueprintRef, e.Data.PlanRef, e.Data.Region, e.Data.OwnerPrincipalId))
        .On((IEvent<InstanceConfigured> e) => new Contracts.InstanceConfigChanged(
            e.StreamKey!, e.Data.ChangedPaths, e.Data.Generation, e.Data.ConfiguredBy))
        .On((IEvent<TrialStarted> e) => new Contracts.TrialStarted(e.StreamKey!, e.Data.PlanRef, e.Data.StartsAt, e.Data.EndsAt))
        .On((IEvent<TrialEnding> e) => new Contracts.TrialEnding(e.StreamKey!, e.Data.DaysLeft))
        .On((IEvent<ConversionStarted> e) => new Contracts.ConversionStarted(e.StreamKey!, e.Data.OfferRef, e.Data.PlanRef, e.Data.ExpiresAt, e.Data.StartedBy))
        .On((IEvent<InstanceConverted> e) => new Contracts.InstanceConverted(e.StreamKey!, e.Data.OfferRef, e.Data.PlanRef))
        .On((IEvent<ConversionAbandoned> e) => new Contracts.ConversionAbandoned(e.StreamKey!, Words.Of(e.Data.End)))
        .On((IEvent<PlanChangeRequested> e) => new Contracts.PlanChangeScheduled(e.StreamKey!, e.Data.ToPlanRef, Words.Of(e.Data.Direction), e.Data.EffectiveAt))
        .On((IEvent<PlanChanged> e) => new Contracts.PlanChanged(e.StreamKey!, e.Data.FromPlanRef, e.Data.PlanRef))
        .On((IEvent<PlanChangeFailed> e) => new Contracts.PlanChangeFailed(e.StreamKey!, e.Data.PlanRef, e.Data.Code))
        .On((IEvent<PlanChangeCancelled> e) => new Contracts.PlanChangeCancelled(e.StreamKey!, e.Data.PlanRef))
        .On((IEvent<InstanceSuspended> e) => e.Data.Code == SuspendCode.TrialExpired ? new Contracts.TrialExpired(e.StreamKey!) : null)
        .On((IEvent<InstanceSuspended> e) => new Contracts.InstanceSuspended(
            e.StreamKey!, Words.Of(e.Data.Code), Words.Of(e.Data.Drain), e.Data.ResumeAt, e.Data.SuspendedBy))
        .On((IEvent<InstanceResumed> e) => new Contracts.InstanceResumed(e.StreamKey!, [.. e.Data.Lifted.Select(Words.Of)], e.Data.ResumedBy))
        .On((IEvent<InstanceDeletionRequested> e) => new Contracts.InstanceDeletionRequested(
            e.StreamKey!, Words.Of(e.Data.Effective), e.Data.EffectiveAt, e.Data.RequestedBy))
        .On((IEvent<InstanceDeletionWithdrawn> e) => new Contracts.InstanceDeletionWithdrawn(e.StreamKey!, e.Data.WithdrawnBy))
        .On((IEvent<InstanceDeleted> e) => new Contracts.InstanceDeleted(e.StreamKey!, e.Data.PurgeAt))
        .On((IEvent<InstancePurged> e) => new Contracts.InstancePurged(e.StreamKey!))
        .On((IEvent<RuntimeChanged> e) => new Contracts.InstanceRuntimeChanged(
            InstanceRuntime.InstanceOf(e.StreamKey!), Words.Of(e.Data.Phase), [.. e.Data.Conditions.Select(Condition)],
            e.Data.ObservedGeneration, e.Data.ReportedAt));

    private static Contracts.RuntimeCondition Condition(RuntimeCondition condition) =>
        new(Words.Of(condition.Type), Words.Of(condition.Status), condition.Reason, condition.LastTransitionAt);
}
