using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.Audit;

/// <summary>The trail: one row an event, of what happened, who did it and until when the entry is kept. Never what was said.</summary>
public static class TrailRows
{
    public const string Table = "controlplane.trail";

    // What a rebuild finds is as it was at first; what came later follows from later events again.
    internal const string Upsert =
        $"""
        insert into {Table} (tenant_id, sequence, event_id, stream, version, type, at, actor, token_id, on_behalf_of, request_id, correlation_id, causation_id, policy_id, legal_basis, expires_at)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (tenant_id, sequence) do update set policy_id = excluded.policy_id, legal_basis = excluded.legal_basis, expires_at = excluded.expires_at
        """;

    internal const string Reclassify =
        $"update {Table} set policy_id = ?, legal_basis = coalesce(?, legal_basis), expires_at = ? where tenant_id = ? and sequence = ?";

    /// <summary>As statements of a transaction: takes entries out.</summary>
    public const string Remove = $"delete from {Table} where tenant_id = ? and sequence = any(?)";

    /// <summary>Takes out all up to a sequence whose policies are not among those given.</summary>
    public const string Purge = $"delete from {Table} where tenant_id = ? and sequence <= ? and policy_id <> all(?)";

    internal static IEnumerable<Weasel.Core.ISchemaObject> Tables()
    {
        var rows = new Table(Table);
        rows.AddColumn<string>("tenant_id").AsPrimaryKey();
        rows.AddColumn<long>("sequence").AsPrimaryKey();
        rows.AddColumn<Guid>("event_id").NotNull();
        rows.AddColumn<string>("stream").NotNull();
        rows.AddColumn<long>("version").NotNull();
        rows.AddColumn<string>("type").NotNull();
        rows.AddColumn("at", "timestamptz").NotNull();
        rows.AddColumn<string>("actor");
        rows.AddColumn<string>("token_id");
        rows.AddColumn<string>("on_behalf_of");
        rows.AddColumn<string>("request_id");
        rows.AddColumn<string>("correlation_id");
        rows.AddColumn<string>("causation_id");
        rows.AddColumn<string>("policy_id").NotNull();
        rows.AddColumn<string>("legal_basis");
        rows.AddColumn("expires_at", "timestamptz").NotNull();
        rows.Indexes.Add(new IndexDefinition("ix_trail_expires") { Columns = ["expires_at"] });
        yield return rows;
    }
}
