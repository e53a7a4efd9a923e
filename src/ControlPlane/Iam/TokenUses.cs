using System.Collections.Concurrent;
using System.Threading.Channels;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using Npgsql;
using Weasel.Postgresql.Tables;

namespace ControlPlane.Iam;

/// <summary>When tokens were last used, to the day. Operational and not history: it is kept beside the events, by one write a token, day and node.</summary>
public sealed partial class TokenUses(NpgsqlDataSource database, TimeProvider time, ILogger<TokenUses> logger)
{
    public const string Name = $"{StoreModel.Schema}.token_uses";

    private const int MaxWaiting = 10_000;
    private const string Write =
        $"""
        insert into {Name} (tenant_id, token_id, principal_id, used_at) values ($1, $2, $3, $4)
        on conflict (tenant_id, token_id) do update set used_at = excluded.used_at where {Name}.used_at < excluded.used_at
        """;

    private readonly ConcurrentDictionary<string, DateOnly> _noted = new();
    private readonly Channel<Use> _waiting = Channel.CreateBounded<Use>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public static Weasel.Core.ISchemaObject Table()
    {
        var table = new Table(Name);
        table.AddColumn<string>("tenant_id").AsPrimaryKey();
        table.AddColumn<string>("token_id").AsPrimaryKey();
        table.AddColumn<string>("principal_id").NotNull();
        table.AddColumn("used_at", "timestamptz").NotNull();
        table.Indexes.Add(new IndexDefinition("ix_token_uses_principal") { Columns = ["tenant_id", "principal_id"] });
        return table;
    }

    /// <summary>Notes the use of the caller's token, if it is the first of the day.</summary>
    public void Note(Caller caller)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (_noted.TryGetValue(caller.TokenId, out var day) && day == today)
        {
            return;
        }

        if (_noted.Count >= MaxWaiting)
        {
            _noted.Clear();
        }

        _noted[caller.TokenId] = today;
        _waiting.Writer.TryWrite(new(caller.HomeTenantId, caller.TokenId, caller.PrincipalId, now));
    }

    /// <summary>When each token of the principal was last used.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> OfAsync(string tenant, string principalId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select token_id, used_at from {Name} where tenant_id = $1 and principal_id = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = principalId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var uses = new Dictionary<string, DateTimeOffset>();
        while (await reader.ReadAsync(cancellation))
        {
            uses[reader.GetString(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        }

        return uses;
    }

    internal async Task WriteAsync(CancellationToken cancellation)
    {
        await foreach (var use in _waiting.Reader.ReadAllAsync(cancellation))
        {
            await using var command = database.CreateCommand(Write);
            command.Parameters.Add(new() { Value = use.Tenant });
            command.Parameters.Add(new() { Value = use.TokenId });
            command.Parameters.Add(new() { Value = use.PrincipalId });
            command.Parameters.Add(new() { Value = use.At });
            try
            {
                await command.ExecuteNonQueryAsync(cancellation);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // The next use of the day says it again.
                _noted.TryRemove(use.TokenId, out _);
                LogLater(error.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The use of a token is noted at its next use: {Reason}")]
    private partial void LogLater(string reason);

    private sealed record Use(string Tenant, string TokenId, string PrincipalId, DateTimeOffset At);
}

/// <summary>Writes the uses of tokens behind the requests.</summary>
public sealed class TokenUseWriter(TokenUses uses) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => uses.WriteAsync(stoppingToken);
}
