using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Peers;

/// <summary>Who a token stands for.</summary>
public sealed record Caller(string Principal, string Tenant, string[] Permissions, DateTimeOffset ExpiresAt);

/// <summary>What our service does to a bearer token: SHA-256, one indexed look-up, remembered for four seconds.</summary>
public sealed class Tokens(NpgsqlDataSource database)
{
    private static readonly TimeSpan RememberFor = TimeSpan.FromSeconds(4);
    private readonly ConcurrentDictionary<string, (Caller Caller, long At)> _remembered = new();

    public static async ValueTask<object?> AuthenticateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers.Authorization.ToString();
        var caller = header.StartsWith("Bearer ", StringComparison.Ordinal)
            ? await http.RequestServices.GetRequiredService<Tokens>().FindAsync(header[7..], http.RequestAborted)
            : null;
        if (caller is null)
        {
            return Results.Unauthorized();
        }

        var needed = HttpMethods.IsPost(http.Request.Method) ? "instances:write" : "instances:read";
        if (!caller.Permissions.Contains(needed))
        {
            return Results.Forbid();
        }

        http.Features.Set(caller);
        return await next(context);
    }

    private async ValueTask<Caller?> FindAsync(string token, CancellationToken cancellation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if (_remembered.TryGetValue(hash, out var known) && TimeProvider.System.GetElapsedTime(known.At) < RememberFor)
        {
            return known.Caller;
        }

        await using var command = database.CreateCommand("select principal, tenant, permissions, expires_at from token where hash = $1 and expires_at > now()");
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var caller = new Caller(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<DateTimeOffset>(3));
        _remembered[hash] = (caller, TimeProvider.System.GetTimestamp());
        return caller;
    }
}
