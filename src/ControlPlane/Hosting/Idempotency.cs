using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Sealing;
using Marten;
using Npgsql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.Hosting;

/// <summary>How long the answer is kept where a day is too short: money and deletion.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RememberedForAttribute(int days) : Attribute
{
    public TimeSpan Duration => TimeSpan.FromDays(days);
}

/// <summary>A request that may be repeated: who asks for what under which key, and with which body.</summary>
public sealed class Repetition(KeyRing ring, string tenant, string principal, string operation, string key, string fingerprint, DateTimeOffset expiresAt)
{
    public const string Table = "idempotency_keys";

    public const string Insert =
        $"insert into {ControlPlane.Storage.StoreModel.Schema}.{Table} (tenant_id, principal_id, operation, key, fingerprint, answer, expires_at) values (?, ?, ?, ?, ?, ?, ?)";

    /// <summary>An entry whose time is over makes room; a living one makes the insert fail, which is how racers find out.</summary>
    public const string MakeRoom =
        $"delete from {ControlPlane.Storage.StoreModel.Schema}.{Table} where tenant_id = ? and principal_id = ? and operation = ? and key = ? and expires_at <= now()";

    public bool IsKept { get; private set; }

    public string Fingerprint => fingerprint;

    public object[] Identity => [tenant, principal, operation, key];

    /// <summary>Adds the answer to the transaction of the events: either both are there or neither. What was done about a person is erased with him.</summary>
    public async Task KeepAsync(IDocumentSession session, Rendered answer, CancellationToken cancellation)
    {
        if (IsKept)
        {
            return;
        }

        var person = session.PendingChanges.Streams().Select(stream => stream.Key!).FirstOrDefault(Sealer.IsOfPerson);
        session.QueueSqlCommand(MakeRoom, Identity);
        session.QueueSqlCommand(Insert, [.. Identity, fingerprint, await SealAsync(answer, person ?? tenant, cancellation), expiresAt]);
        IsKept = true;
    }

    public async Task<object[]> RowAsync(Rendered answer, CancellationToken cancellation) =>
        [.. Identity, fingerprint, await SealAsync(answer, tenant, cancellation), expiresAt];

    public Rendered Open(string sealedAnswer)
    {
        var words = ring.Open(sealedAnswer);
        return words is Personal.Erased or Personal.Quarantined
            ? throw new ProblemException(Problems.Because(410, "gone", "The answer is erased"))
            : JsonSerializer.Deserialize<Rendered>(words)!;
    }

    private ValueTask<string> SealAsync(Rendered answer, string subject, CancellationToken cancellation) =>
        ring.SealAsync(tenant, subject, JsonSerializer.Serialize(answer), cancellation);
}

/// <summary>
/// <c>Idempotency-Key</c> on every authenticated POST: the same key, principal, operation and body gets the first answer, another
/// body 422, and effects happen once even when both requests run at the same time on two nodes.
/// </summary>
public static class Idempotency
{
    private const string Header = "Idempotency-Key";
    private const string Select =
        $"""
        select fingerprint, answer from {ControlPlane.Storage.StoreModel.Schema}.{Repetition.Table}
        where tenant_id = $1 and principal_id = $2 and operation = $3 and key = $4 and expires_at > now()
        """;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> Running = new();

    public static Weasel.Core.ISchemaObject Table()
    {
        var table = new Table($"{ControlPlane.Storage.StoreModel.Schema}.{Repetition.Table}");
        table.AddColumn<string>("tenant_id").AsPrimaryKey();
        table.AddColumn<string>("principal_id").AsPrimaryKey();
        table.AddColumn<string>("operation").AsPrimaryKey();
        table.AddColumn<string>("key").AsPrimaryKey();
        table.AddColumn<string>("fingerprint").NotNull();
        table.AddColumn<string>("answer").NotNull();
        table.AddColumn("expires_at", "timestamptz").NotNull().AddIndex();
        return table;
    }

    public static void UseIdempotency(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var given = context.Request.Headers[Header].ToString();
        if (given.Length == 0 || !HttpMethods.IsPost(context.Request.Method) || context.Features.Get<Caller>() is not { } caller)
        {
            await next(context);
            return;
        }

        var key = given.Trim('"');
        if (key.Length is 0 or > 255 || key.Any(c => c is < ' ' or > '~'))
        {
            await context.WriteAsync(Problems.Malformed("", "idempotency_key", "An Idempotency-Key has 1 to 255 printable ASCII characters"));
            return;
        }

        var repetition = Describe(context, caller, key);
        var running = string.Join('\n', repetition.Identity);
        if (!Running.TryAdd(running, true))
        {
            context.Response.Headers.RetryAfter = "1";
            await context.WriteAsync(Problems.Conflict("idempotency_in_progress", "The first request with this key is still running", ("retryable", true)));
            return;
        }

        try
        {
            await RunAsync(context, next, repetition);
        }
        finally
        {
            Running.TryRemove(running, out _);
        }
    });

    private static async Task RunAsync(HttpContext context, RequestDelegate next, Repetition repetition)
    {
        if (await ReplayAsync(context, repetition))
        {
            return;
        }

        context.Commit().Repetition = repetition;
        using var answer = new HeldAnswer(context);
        var failure = await answer.HoldAsync(next);
        if (failure is null && (repetition.IsKept || context.Response.StatusCode < 300) && await IsFirstAsync(context, repetition))
        {
            await answer.SendAsync();
            return;
        }

        // The same request on another node may have been faster: that is why this one was refused, or found nothing left to do.
        if (!await ReplayAsync(context, repetition))
        {
            failure?.Throw();
            await answer.SendAsync();
        }
    }

    private static async Task<bool> ReplayAsync(HttpContext context, Repetition repetition)
    {
        var database = context.RequestServices.GetRequiredService<NpgsqlDataSource>();
        await using var command = Command(database, Select, repetition.Identity);
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        if (!await reader.ReadAsync(context.RequestAborted))
        {
            return false;
        }

        context.Response.Headers.ForgetAnswer();
        if (reader.GetString(0) != repetition.Fingerprint)
        {
            await context.WriteAsync(Problems.Because(422, "idempotency_key_reused", "The key was used with another body"));
            return true;
        }

        context.Response.Headers["Idempotency-Replayed"] = "true";
        await repetition.Open(reader.GetString(1)).WriteAsync(context);
        return true;
    }

    // A request that changed nothing had no transaction to put its answer in.
    private static async Task<bool> IsFirstAsync(HttpContext context, Repetition repetition)
    {
        if (repetition.IsKept || context.Features.Get<Commit>() is not { WithoutSecrets: { } rendered })
        {
            return true;
        }

        var database = context.RequestServices.GetRequiredService<NpgsqlDataSource>();
        var sql = Repetition.Insert.Replace("(?, ?, ?, ?, ?, ?, ?)", """
            ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, principal_id, operation, key)
            do update set fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at
            where idempotency_keys.expires_at <= now()
            """, StringComparison.Ordinal);
        await using var command = Command(database, sql, await repetition.RowAsync(rendered, context.RequestAborted));
        return await command.ExecuteNonQueryAsync(context.RequestAborted) > 0;
    }

    private static NpgsqlCommand Command(NpgsqlDataSource database, string sql, object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private static Repetition Describe(HttpContext context, Caller caller, string key)
    {
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        var kept = endpoint.Metadata.GetMetadata<RememberedForAttribute>()?.Duration ?? TimeSpan.FromDays(1);
        var request = Encoding.UTF8.GetBytes($"{context.Request.Path}{context.Request.QueryString}\n").Concat(RequestBodies.BytesOf(context)).ToArray();
        return new(
            context.RequestServices.GetRequiredService<KeyRing>(), caller.TenantId, caller.PrincipalId,
            $"POST {endpoint.RoutePattern.RawText}", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            Convert.ToHexStringLower(SHA256.HashData(request)),
            context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + kept);
    }
}
