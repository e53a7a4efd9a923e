using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.Tenants;

/// <summary>Erases rows of a tenant by the tables they stand in.</summary>
public static class Rows
{
    /// <summary>The table of a document type.</summary>
    public static string TableOf<T>() => $"{StoreModel.Schema}.mt_doc_{typeof(T).Name.ToLowerInvariant()}";

    /// <summary>Erases the session's tenant's documents of a type and gives how many there were.</summary>
    public static Task<int> EraseAsync<T>(this IDocumentSession session, CancellationToken cancellation) =>
        session.EraseAsync($"{TableOf<T>()} where tenant_id = ?", session.TenantId, cancellation);

    /// <summary>The same of documents that are not of one tenant, but tell which one they belong to.</summary>
    public static Task<int> EraseSharedAsync<T>(this IDocumentSession session, CancellationToken cancellation) =>
        session.EraseAsync($"{TableOf<T>()} where data ->> 'tenantId' = ?", session.TenantId, cancellation);

    /// <summary>Erases rows with the commit.</summary>
    /// <param name="session">The session of the tenant.</param>
    /// <param name="rows">Table and condition, with one <c>?</c> in it.</param>
    /// <param name="value">The value for it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<int> EraseAsync(this IDocumentSession session, string rows, string value, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand($"select count(*) from {rows.Replace("?", "$1", StringComparison.Ordinal)}");
        count.Parameters.Add(new() { Value = value });
        await using var reader = await session.ExecuteReaderAsync(count, cancellation);
        await reader.ReadAsync(cancellation);
        session.QueueSqlCommand($"delete from {rows}", value);
        return (int)reader.GetInt64(0);
    }
}
