using Marten;
using Npgsql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.AgentInstances;

/// <summary>
/// What runtimes tell that is no history: when each was last heard of, and which runs are accounted for. Rows of a tenant go
/// with its look-ups.
/// </summary>
public static class RuntimeRows
{
    public const string Heartbeats = "controlplane.runtime_heartbeats";
    public const string ReportedRuns = "controlplane.reported_runs";

    /// <summary>When the runtime of an instance was last heard of; null if never. Data younger than a minute is fresh.</summary>
    public static async Task<DateTimeOffset?> LastHeartbeatAsync(this IQuerySession session, string instanceId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select heartbeat_at from {Heartbeats} where instance_id = $1 and tenant_id = $2");
        command.Parameters.Add(new() { Value = instanceId });
        command.Parameters.Add(new() { Value = session.TenantId });
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    internal static IEnumerable<Weasel.Core.ISchemaObject> Tables()
    {
        var heartbeats = new Table(Heartbeats);
        heartbeats.AddColumn<string>("instance_id").AsPrimaryKey();
        heartbeats.AddColumn<string>("tenant_id").NotNull().AddIndex();
        heartbeats.AddColumn("heartbeat_at", "timestamptz").NotNull();
        yield return heartbeats;

        var runs = new Table(ReportedRuns);
        runs.AddColumn<string>("run_id").AsPrimaryKey();
        runs.AddColumn<string>("tenant_id").NotNull().AddIndex();
        yield return runs;
    }
}
