using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.Audit;

/// <summary>What each seal covers, tenant by tenant: the hashes of the events, in their order. All of it can be computed again from the events.</summary>
public static class SealRows
{
    public const string Table = "controlplane.seal_tenants";

    internal static IEnumerable<Weasel.Core.ISchemaObject> Tables()
    {
        var rows = new Table(Table);
        rows.AddColumn<long>("number").AsPrimaryKey();
        rows.AddColumn<int>("position").AsPrimaryKey();
        rows.AddColumn<string>("tenant_id").NotNull();
        rows.AddColumn<long>("first_sequence").NotNull();
        rows.AddColumn<long>("last_sequence").NotNull();
        rows.AddColumn<int>("count").NotNull();
        rows.AddColumn<long>("total").NotNull();
        rows.AddColumn("tenant_key", "bytea").NotNull();
        rows.AddColumn("content", "bytea").NotNull();
        rows.AddColumn("hashes", "bytea").NotNull();
        rows.Indexes.Add(new IndexDefinition("ix_seal_tenants_tenant") { Columns = ["tenant_id", "last_sequence"] });
        yield return rows;
    }
}
