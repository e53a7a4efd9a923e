using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Which documents have changed lately; those types have an index on the time of their last change.</summary>
public static class ChangedRows
{
    // A change is stamped when its transaction begins and seen when it ends.
    private const string LookBack = "20 seconds";

    public static async Task<IReadOnlySet<string>> ChangedAsync(this NpgsqlDataSource database, string document, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select id from {StoreModel.Schema}.mt_doc_{document} where mt_last_modified > now() - interval '{LookBack}'");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changed = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            changed.Add(reader.GetString(0));
        }

        return changed;
    }
}
