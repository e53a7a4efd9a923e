using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.AgentInstances;

/// <summary>All that one report tells of one instance.</summary>
public sealed record Told(string InstanceId, Contracts.InstanceReport Latest, IReadOnlyList<Contracts.RunUsage> Usage)
{
    public static IReadOnlyList<Told> Of(Contracts.RuntimeReport report) =>
    [
        .. report.Reports.GroupBy(one => one.InstanceId).Select(told => new Told(
            told.Key, told.MaxBy(one => one.HeartbeatAt)!, [.. told.SelectMany(one => one.Usage ?? []).DistinctBy(usage => usage.RunId)])),
    ];
}

/// <summary>What is told of an instance that takes it, with the tenant that the instance belongs to.</summary>
public sealed record Taken(Told Told, string Tenant);

/// <summary>What is known of a reported id: tenant and state are null where it never was, the state alone where it is purged.</summary>
public sealed record KnownInstance(string? Tenant, InstanceState? State, int Generation);

/// <summary>Runtimes report about many tenants at once, so these few statements span them; each takes all of a report.</summary>
internal static class RuntimeQueries
{
    private const string Find =
        $"""
        select told.id, coalesce(card.tenant_id, beat.tenant_id), card.data ->> 'state', (card.data ->> 'generation')::int
        from unnest($1) as told(id)
        left join {StoreModel.Schema}.mt_doc_instancecard card on card.id = told.id
        left join {RuntimeRows.Heartbeats} beat on beat.instance_id = told.id
        """;

    // In the order of the ids, so that two reports never wait for each other in a circle. An older one waits too, and changes nothing.
    private const string Beat =
        $"""
        insert into {RuntimeRows.Heartbeats} as known (instance_id, tenant_id, heartbeat_at)
        select instance_id, tenant_id, heartbeat_at from unnest($1, $2, $3) as told(instance_id, tenant_id, heartbeat_at) order by instance_id
        on conflict (instance_id) do update set heartbeat_at = excluded.heartbeat_at where known.heartbeat_at <= excluded.heartbeat_at
        returning instance_id
        """;

    private const string Load =
        $"""
        select runtime.data from unnest($1, $2) as told(id, tenant_id)
        join {StoreModel.Schema}.mt_doc_instanceruntime runtime on runtime.id = told.id and runtime.tenant_id = told.tenant_id
        """;

    private const string Count =
        $"""
        insert into {RuntimeRows.ReportedRuns} (run_id, tenant_id)
        select distinct on (run_id) run_id, tenant_id from unnest($1, $2) as told(run_id, tenant_id) order by run_id
        on conflict do nothing returning run_id
        """;

    public static async Task<IReadOnlyDictionary<string, KnownInstance>> FindAsync(NpgsqlDataSource database, string[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new Dictionary<string, KnownInstance>(ids.Length);
        while (await reader.ReadAsync(cancellation))
        {
            known[reader.GetString(0)] = new(
                reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.IsDBNull(2) ? null : Enum.Parse<InstanceState>(reader.GetString(2)),
                reader.IsDBNull(3) ? 0 : reader.GetInt32(3));
        }

        return known;
    }

    /// <summary>Keeps the heartbeats and tells whose was not older than the last; until the commit no other report of these instances gets past here.</summary>
    public static async Task<IReadOnlySet<string>> BeatAsync(NpgsqlConnection connection, IReadOnlyList<Taken> taken, CancellationToken cancellation) =>
        await IdsAsync(connection, Beat, cancellation,
            taken.Select(one => one.Told.InstanceId).ToArray(), taken.Select(one => one.Tenant).ToArray(), taken.Select(one => one.Told.Latest.HeartbeatAt.ToUniversalTime()).ToArray());

    /// <summary>What was last reported, by instance.</summary>
    public static async Task<IReadOnlyDictionary<string, InstanceRuntime>> LoadAsync(
        NpgsqlConnection connection, ISerializer serializer, IReadOnlyList<Taken> taken, CancellationToken cancellation)
    {
        await using var command = Command(
            connection, Load, taken.Select(one => InstanceRuntime.StreamOf(one.Told.InstanceId)).ToArray(), taken.Select(one => one.Tenant).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, InstanceRuntime>();
        while (await reader.ReadAsync(cancellation))
        {
            var runtime = await serializer.FromJsonAsync<InstanceRuntime>(reader, 0, cancellation);
            found[InstanceRuntime.InstanceOf(runtime.Id)] = runtime;
        }

        return found;
    }

    /// <summary>Marks the runs as accounted for and gives those that were not yet.</summary>
    public static async Task<HashSet<string>> CountAsync(NpgsqlConnection connection, IReadOnlyList<Taken> taken, CancellationToken cancellation)
    {
        var runs = taken.SelectMany(one => one.Told.Usage.Select(usage => (usage.RunId, one.Tenant))).ToArray();
        return runs.Length == 0
            ? []
            : await IdsAsync(connection, Count, cancellation, runs.Select(run => run.RunId).ToArray(), runs.Select(run => run.Tenant).ToArray());
    }

    private static async Task<HashSet<string>> IdsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
