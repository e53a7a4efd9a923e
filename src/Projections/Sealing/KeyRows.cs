using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.Sealing;

internal sealed record KeyRow(string Id, string Tenant, string Subject, byte[] Wrapped, byte[] TenantWrapped, KeyState State);

/// <summary>The two key tables. They are neither events nor documents: a key must be able to go while history stays.</summary>
internal static class KeyRows
{
    private const string Select =
        """
        select s.id, s.tenant_id, s.subject, s.wrapped, t.wrapped, t.state
        from controlplane.subject_keys s join controlplane.tenant_keys t using (tenant_id)
        where t.state <> 'destroyed' and s.wrapped is not null and
        """;

    public static IEnumerable<Weasel.Core.ISchemaObject> Tables()
    {
        var tenants = new Table("controlplane.tenant_keys");
        tenants.AddColumn<string>("tenant_id").AsPrimaryKey();
        tenants.AddColumn("wrapped", "bytea");
        tenants.AddColumn<string>("state").NotNull();
        tenants.AddColumn("changed_at", "timestamptz").NotNull();
        tenants.Indexes.Add(new IndexDefinition("ix_tenant_keys_changed") { Columns = ["changed_at"] });
        yield return tenants;

        var subjects = new Table("controlplane.subject_keys");
        subjects.AddColumn<string>("id").AsPrimaryKey();
        subjects.AddColumn<string>("tenant_id").NotNull();
        subjects.AddColumn<string>("subject").NotNull();
        subjects.AddColumn("wrapped", "bytea");
        subjects.AddColumn("changed_at", "timestamptz").NotNull();
        subjects.Indexes.Add(new IndexDefinition("ux_subject_keys_subject") { Columns = ["tenant_id", "subject"], IsUnique = true });
        subjects.Indexes.Add(new IndexDefinition("ix_subject_keys_changed") { Columns = ["changed_at"] });
        yield return subjects;
    }

    public static KeyRow? Find(NpgsqlConnection connection, string id)
    {
        using var command = new NpgsqlCommand($"{Select} s.id = $1", connection) { Parameters = { new() { Value = id } } };
        using var reader = command.ExecuteReader();
        return reader.Read() ? Read(reader) : null;
    }

    public static async Task<KeyRow?> FindAsync(NpgsqlConnection connection, string tenant, string subject, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"{Select} s.tenant_id = $1 and s.subject = $2", tenant, subject);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>Which tenants' keys, and which subjects' by their ids, have changed of late.</summary>
    public static async Task<HashSet<string>> ChangedAsync(NpgsqlConnection connection, TimeSpan within, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            """
            select tenant_id from controlplane.tenant_keys where changed_at > now() - $1
            union all select id from controlplane.subject_keys where changed_at > now() - $1
            """,
            within);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changed = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            changed.Add(reader.GetString(0));
        }

        return changed;
    }

    public static async Task InsertAsync(
        NpgsqlConnection connection, string id, string tenant, string subject, byte[] wrapped, CancellationToken cancellation)
    {
        await using var command = Command(
            connection, "insert into controlplane.subject_keys values ($1, $2, $3, $4, now()) on conflict do nothing", id, tenant, subject, wrapped);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The row stays, so that nobody makes another key for the subject.</summary>
    public static async Task DestroyAsync(NpgsqlConnection connection, string tenant, string subject, CancellationToken cancellation)
    {
        await using var command = Command(
            connection, "update controlplane.subject_keys set wrapped = null, changed_at = now() where tenant_id = $1 and subject = $2 and wrapped is not null",
            tenant, subject);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<(byte[]? Wrapped, KeyState State)?> FindTenantAsync(
        NpgsqlConnection connection, string tenant, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select wrapped, state from controlplane.tenant_keys where tenant_id = $1", tenant);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0), Enum.Parse<KeyState>(reader.GetString(1), ignoreCase: true))
            : null;
    }

    public static async Task InsertTenantAsync(NpgsqlConnection connection, string tenant, byte[] wrapped, CancellationToken cancellation)
    {
        await using var command = Command(
            connection, "insert into controlplane.tenant_keys values ($1, $2, 'active', now()) on conflict do nothing", tenant, wrapped);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<IReadOnlyList<(string Tenant, byte[] Wrapped)>> TenantsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select tenant_id, wrapped from controlplane.tenant_keys where wrapped is not null");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tenants = new List<(string, byte[])>();
        while (await reader.ReadAsync(cancellation))
        {
            tenants.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
        }

        return tenants;
    }

    public static async Task<int> RewrapTenantAsync(
        NpgsqlConnection connection, string tenant, byte[] before, byte[] after, CancellationToken cancellation)
    {
        await using var command = Command(
            connection, "update controlplane.tenant_keys set wrapped = $3, changed_at = now() where tenant_id = $1 and wrapped = $2", tenant, before, after);
        return await command.ExecuteNonQueryAsync(cancellation);
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

    private static KeyRow Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4),
        Enum.Parse<KeyState>(reader.GetString(5), ignoreCase: true));
}
