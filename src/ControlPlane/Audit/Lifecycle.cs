using ControlPlane.Catalog;
using ControlPlane.Tenants;
using Marten;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>What a purge does about evidence: seals hold hashes of what is sealed and stay with the history; the trail keeps what the law asks to keep.</summary>
public sealed class Lifecycle(CatalogStore catalog) : AreaLifecycle
{
    public override IReadOnlyList<PurgeStep> Purge =>
    [
        new(TrailProjection.PurgeStep, PurgePhase.ReadModels, PurgeTrailAsync),
        new("audit.seals", PurgePhase.LookUps, (_, _) => Task.FromResult(new StepResult(StepOutcome.Retained, 0, "proof_of_history"))),
    ];

    // The projection does the same when it comes to the event of this step, and so does a rebuild.
    private async Task<StepResult> PurgeTrailAsync(IDocumentSession session, CancellationToken cancellation)
    {
        string[] floors = [.. catalog.All<RetentionPolicy>().Where(policy => policy.Spec.Floor is not null).Select(policy => policy.Name).Distinct()];
        await using var count = new NpgsqlCommand($"select count(*) from {TrailRows.Table} where tenant_id = $1 and policy_id <> all($2)");
        count.Parameters.Add(new() { Value = session.TenantId });
        count.Parameters.Add(new() { Value = floors });
        await using var reader = await session.ExecuteReaderAsync(count, cancellation);
        await reader.ReadAsync(cancellation);
        session.QueueSqlCommand(TrailRows.Purge, session.TenantId, long.MaxValue, floors);
        return StepResult.Done((int)reader.GetInt64(0));
    }
}
