using Npgsql;

namespace ControlPlane.Tests;

/// <summary>Databases of a test's own.</summary>
public static class Databases
{
    /// <summary>Makes an empty one and answers how to connect to it.</summary>
    public static async Task<string> CreateAsync()
    {
        var server = Servers.Postgres();
        var name = $"test_{Guid.CreateVersion7():N}";
        await using var admin = new NpgsqlConnection(server.ConnectionString);
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", admin);
        await create.ExecuteNonQueryAsync();
        server.Database = name;
        return server.ConnectionString;
    }
}
