namespace ControlPlane.Hosting;

/// <summary>What this process does: <c>--role all|api|bus</c>, or <c>Role</c> in the configuration.</summary>
public enum HostRole
{
    /// <summary>The API, and the bus beside it.</summary>
    All,

    /// <summary>The API alone; another process runs the bus.</summary>
    Api,

    /// <summary>The bus alone, with its health and metrics.</summary>
    Bus,
}

public static class HostRoles
{
    public static HostRole Role(this WebApplicationBuilder builder) => builder.Configuration["Role"] switch
    {
        null or "" or "all" => HostRole.All,
        "api" => HostRole.Api,
        "bus" when builder.Configuration.GetConnectionString("RabbitMq") is { Length: > 0 } => HostRole.Bus,
        "bus" => throw new InvalidOperationException("The role bus needs ConnectionStrings:RabbitMq"),
        var other => throw new InvalidOperationException($"There is no role {other}: all, api or bus is expected"),
    };

    /// <summary>The arguments for the command line, which knows no roles.</summary>
    public static string[] WithoutRole(string[] args) => Array.FindIndex(args, arg => arg == "--role") is var at and >= 0
        ? [.. args[..at], .. args.Skip(at + 2)]
        : [.. args.Where(arg => !arg.StartsWith("--role=", StringComparison.Ordinal))];
}
