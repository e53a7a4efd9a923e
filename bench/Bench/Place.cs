using System.Globalization;
using Npgsql;

namespace Bench;

/// <summary>Where everything lies that scripts/bench.sh has made.</summary>
public sealed class Place(string root, string source)
{
    public string Wrk => Path.Combine(source, "wrk");

    public string PeersSchema => File.ReadAllText(Path.Combine(source, "peers.sql"));

    public string LimitScript => Path.Combine(source, "limit.sql");

    public string Catalog => At("catalog");

    public string KeyFile => At("keys.json");

    public string RabbitMq => File.ReadAllText(At("rabbitmq.url")).Trim();

    public Uri PostgresUrl => new(File.ReadAllText(At("postgres.url")).Trim());

    /// <summary>The id of the database server's first process.</summary>
    public int Postmaster => int.Parse(File.ReadAllText(At("postgres/pid")).Split(' ')[0], CultureInfo.InvariantCulture);

    public string At(string name) => Path.Combine(root, name);

    public string Program(string name) => At($"{name}/{(name == "service" ? "ControlPlane" : char.ToUpperInvariant(name[0]) + name[1..])}.dll");

    public string Connection(string database)
    {
        var user = PostgresUrl.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = PostgresUrl.Host,
            Port = PostgresUrl.Port,
            Username = user[0],
            Password = user[1],
            Database = database,
            MaxPoolSize = 60,
            NoResetOnClose = true,
            MaxAutoPrepare = 60,
        }.ConnectionString;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(Connection(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }
}
