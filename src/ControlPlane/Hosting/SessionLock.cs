using System.Data;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>
/// A lock that one node at a time holds for as long as its connection lives. It keeps no transaction open: an old one makes every
/// daemon of the database hold before a gap in the sequence, for its events might still come.
/// </summary>
public sealed class SessionLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private SessionLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>The lock, or null where another node holds it.</summary>
    public static async Task<SessionLock?> TryTakeAsync(NpgsqlDataSource database, string name, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtext($1))", connection) { Parameters = { new() { Value = name } } };
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                var held = new SessionLock(connection);
                connection = null;
                return held;
            }

            return null;
        }
        finally
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>Throws where the connection, and the lock with it, is gone.</summary>
    public async Task AssertHeldAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select true", _connection);
        await command.ExecuteScalarAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
            {
                await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", _connection);
                await command.ExecuteNonQueryAsync();
            }
        }
        catch (NpgsqlException)
        {
            // The connection is gone, and the lock with it.
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }
}
