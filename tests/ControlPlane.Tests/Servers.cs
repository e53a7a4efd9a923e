using Npgsql;

namespace ControlPlane.Tests;

/// <summary>The servers that <c>./dev test</c> has started for this run.</summary>
public static class Servers
{
    /// <summary>The database to make others from.</summary>
    public static NpgsqlConnectionStringBuilder Postgres() => Postgres(new Uri(Given("CONTROLPLANE_POSTGRES")));

    /// <summary>The same of another server.</summary>
    public static NpgsqlConnectionStringBuilder Postgres(Uri url)
    {
        var user = url.UserInfo.Split(':', 2);
        return new()
        {
            Host = url.Host,
            Port = url.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = Uri.UnescapeDataString(user[1]),
            Database = url.AbsolutePath.Trim('/'),
        };
    }

    /// <summary>Where the broker listens.</summary>
    public static Uri RabbitMq() => new(Given("CONTROLPLANE_RABBITMQ"));

    /// <summary>Starts and stops servers of a test's own.</summary>
    public static string Script() => Given("CONTROLPLANE_SERVICES");

    private static string Given(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set: run the tests with ./dev test");
}
