using System.Globalization;
using ControlPlane.Catalog;
using ControlPlane.Tenants;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.AgentInstances;

/// <summary>What becomes of a leaving tenant's instances: they stop, come back as they were, and are purged.</summary>
public sealed class Lifecycle(CatalogStore catalog, TimeProvider time) : AreaLifecycle
{
    public const string Kind = "agent_instance";

    /// <summary>How long it is remembered that somebody has had his trial.</summary>
    public const string TrialPolicy = "sec-12m";

    public override async Task<Stop> StopAsync(IQuerySession session, string by, CancellationToken cancellation)
    {
        var running = (await session.Query<InstanceCard>().ToListAsync(cancellation))
            .Where(card => card.Life.Underlying is InstanceState.Trial or InstanceState.Converting or InstanceState.Active && !card.Life.IsSuspendedFor(SuspendCode.TenantDeletion))
            .ToArray();
        return running.Length == 0 ? new([], []) : new(
            [new(Kind, [.. running.Select(card => card.Id)])],
            [.. running.Select(card => MartenOps.Append(card.Id, card.Version + 1, new InstanceSuspended(SuspendCode.TenantDeletion, null, SuspendDrain.AfterRuns, null, by)))]);
    }

    public override async Task<Comeback> RestoreAsync(IQuerySession session, IReadOnlyList<Affected> stopped, string by, CancellationToken cancellation)
    {
        var known = await session.Query<InstanceCard>().ToListAsync(cancellation);
        var back = known.Where(card => card.Life.Underlying < InstanceState.Deleting && card.Life.IsSuspendedFor(SuspendCode.TenantDeletion)).ToArray();
        string[] ids = [.. back.Select(card => card.Id)];
        return new(
            ids.Length == 0 ? [] : [new(Kind, ids)],
            [.. stopped.Where(affected => affected.KindCode == Kind).SelectMany(affected => affected.Ids).Except(ids).Select(id => new NotRestored(id, "deleted_meanwhile"))],
            back.Any(card => card.Life.At(time.GetUtcNow()).IsSuspendedFor(SuspendCode.TrialExpired)) ? ["choose_plan"] : [],
            [.. back.Select(card => MartenOps.Append(card.Id, card.Version + 1, new InstanceResumed([SuspendCode.TenantDeletion], by)))]);
    }

    public override async Task<IReadOnlyList<Affected>> ErasesAsync(IQuerySession session, CancellationToken cancellation) =>
        await session.Query<InstanceCard>().Select(card => card.Id).ToListAsync(cancellation) is { Count: > 0 } ids ? [new(Kind, [.. ids])] : [];

    public override IReadOnlyList<PurgeStep> Purge =>
    [
        new("agent_instances.instances", PurgePhase.ReadModels, PurgeInstancesAsync),
        new("agent_instances.runtimes", PurgePhase.ReadModels, async (session, cancellation) => StepResult.Done(
            await session.EraseAsync<InstanceRuntime>(cancellation)
            + await session.EraseAsync<CurrentInstance>(cancellation)
            + await session.EraseAsync($"{RuntimeRows.Heartbeats} where tenant_id = ?", session.TenantId, cancellation)
            + await session.EraseAsync($"{RuntimeRows.ReportedRuns} where tenant_id = ?", session.TenantId, cancellation))),
        new("agent_instances.trial_uses", PurgePhase.LookUps, KeepTrialUsesAsync),
    ];

    // The cards go with the last event.
    private static async Task<StepResult> PurgeInstancesAsync(IDocumentSession session, CancellationToken cancellation)
    {
        var cards = await session.Query<InstanceCard>().ToListAsync(cancellation);
        foreach (var card in cards)
        {
            session.Events.Append(card.Id, card.Version + 1, new InstancePurged());
        }

        return StepResult.Done(cards.Count);
    }

    private async Task<StepResult> KeepTrialUsesAsync(IDocumentSession session, CancellationToken cancellation)
    {
        var uses = await session.Query<TrialUse>().Where(use => use.TenantId == session.TenantId).ToListAsync(cancellation);
        var later = new OutgoingMessages();
        foreach (var use in uses)
        {
            if (use.Id.StartsWith("tenant:", StringComparison.Ordinal))
            {
                session.Delete(use);
            }
            else
            {
                later.Schedule(new ForgetTrialUse(use.Id), catalog.Newest<RetentionPolicy>(TrialPolicy)!.Spec.Duration.After(time.GetUtcNow()));
            }
        }

        return later.Count == 0 ? StepResult.Done(uses.Count) : new(StepOutcome.Retained, later.Count, "one_trial_per_payer") { Later = later };
    }
}

/// <summary>It is no longer remembered that somebody, whose tenant is gone, has had a trial.</summary>
public sealed record ForgetTrialUse(string Id);

public static class ForgetTrialUseHandler
{
    public static IMartenOp Handle(ForgetTrialUse message) => MartenOps.DeleteWhere<TrialUse>(use => use.Id == message.Id);
}
