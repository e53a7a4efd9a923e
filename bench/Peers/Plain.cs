using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Peers;

/// <summary>By hand: SQL, one round trip a request, rows as jsonb that goes out as it is.</summary>
public static class Plain
{
    public static void Map(RouteGroupBuilder instances)
    {
        instances.MapPost("", CreateAsync);
        instances.MapGet("{id}", ReadAsync);
        instances.MapGet("", ListAsync);
    }

    // A batch is one transaction and one round trip.
    private static async Task<IResult> CreateAsync(Draft draft, HttpContext http, NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (!draft.IsValid)
        {
            return Results.BadRequest();
        }

        var caller = http.Features.Get<Caller>()!;
        var instance = Instance.From(draft, caller, TimeProvider.System.GetUtcNow());
        var json = JsonSerializer.Serialize(instance, JsonSerializerOptions.Web);
        await using var batch = database.CreateBatch();
        Add(batch, "insert into instance (tenant, id, name, data) values ($1, $2, $3, $4)", caller.Tenant, instance.Id, instance.DisplayName, Json(json));
        Add(batch, "insert into outbox (tenant, type, subject, payload) values ($1, 'agent_instance.drafted', $2, $3)", caller.Tenant, instance.Id, Json(json));
        Add(
            batch, "insert into audit (tenant, actor, action, subject, request_id, data) values ($1, $2, 'agent_instance.drafted', $3, $4, $5)",
            caller.Tenant, caller.Principal, instance.Id, http.TraceIdentifier, Json(json));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Results.Conflict();
        }

        http.Response.Headers.Location = $"/v1/agent-instances/{instance.Id}";
        return Results.Text(json, "application/json", Encoding.UTF8, 201);
    }

    private static async Task<IResult> ReadAsync(string id, HttpContext http, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select data from instance where tenant = $1 and id = $2");
        command.Parameters.Add(new() { Value = http.Features.Get<Caller>()!.Tenant });
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellation) is string json ? Results.Text(json, "application/json", Encoding.UTF8) : Results.NotFound();
    }

    private static async Task<Page<JsonElement>> ListAsync(HttpContext http, NpgsqlDataSource database, CancellationToken cancellation, int limit = 50, string? cursor = null)
    {
        await using var command = database.CreateCommand(
            cursor is null
                ? "select data from instance where tenant = $1 order by id desc limit $2"
                : "select data from instance where tenant = $1 and id < $3 order by id desc limit $2");
        command.Parameters.Add(new() { Value = http.Features.Get<Caller>()!.Tenant });
        command.Parameters.Add(new() { Value = limit + 1 });
        if (cursor is not null)
        {
            command.Parameters.Add(new() { Value = cursor });
        }

        var found = new List<JsonElement>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(JsonElement.Parse(reader.GetString(0)));
        }

        return Pages.Of(found, limit, row => row.GetProperty("id").GetString()!);
    }

    private static NpgsqlParameter Json(string json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
