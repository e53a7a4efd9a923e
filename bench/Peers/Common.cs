using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Peers;

/// <summary>As most people write it: entities, a pooled context, one SaveChanges a request.</summary>
public static class Common
{
    public static void AddServices(IServiceCollection services, NpgsqlDataSource database) =>
        services.AddDbContextPool<Db>(options => options.UseNpgsql(database));

    public static void Map(RouteGroupBuilder instances)
    {
        instances.MapPost("", CreateAsync);
        instances.MapGet("{id}", async (string id, HttpContext http, Db db, CancellationToken cancellation) =>
        {
            var tenant = http.Features.Get<Caller>()!.Tenant;
            var row = await db.Instances.AsNoTracking().FirstOrDefaultAsync(row => row.Tenant == tenant && row.Id == id, cancellation);
            return row is null ? Results.NotFound() : Results.Ok(row.Shown());
        });
        instances.MapGet("", ListAsync);
    }

    private static async Task<IResult> CreateAsync(Draft draft, HttpContext http, Db db, CancellationToken cancellation)
    {
        if (!draft.IsValid)
        {
            return Results.BadRequest();
        }

        var caller = http.Features.Get<Caller>()!;
        var instance = Instance.From(draft, caller, TimeProvider.System.GetUtcNow());
        var json = JsonSerializer.Serialize(instance, JsonSerializerOptions.Web);
        db.Instances.Add(InstanceRow.Of(caller.Tenant, instance));
        db.Outbox.Add(new() { Tenant = caller.Tenant, Type = "agent_instance.drafted", Subject = instance.Id, Payload = json });
        db.Audit.Add(new()
        {
            Tenant = caller.Tenant,
            Actor = caller.Principal,
            Action = "agent_instance.drafted",
            Subject = instance.Id,
            RequestId = http.TraceIdentifier,
            Data = json,
        });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException error) when (error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Results.Conflict();
        }

        return Results.Created($"/v1/agent-instances/{instance.Id}", instance);
    }

    private static async Task<Page<Instance>> ListAsync(HttpContext http, Db db, CancellationToken cancellation, int limit = 50, string? cursor = null)
    {
        var tenant = http.Features.Get<Caller>()!.Tenant;
        var rows = db.Instances.AsNoTracking().Where(row => row.Tenant == tenant);
        if (cursor is not null)
        {
            rows = rows.Where(row => string.Compare(row.Id, cursor) < 0);
        }

        var found = await rows.OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(cancellation);
        return Pages.Of([.. found.Select(row => row.Shown())], limit, row => row.Id);
    }
}

public sealed class Db(DbContextOptions<Db> options) : DbContext(options)
{
    public DbSet<InstanceRow> Instances => Set<InstanceRow>();

    public DbSet<OutboxRow> Outbox => Set<OutboxRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<InstanceRow>(row =>
        {
            row.ToTable("instance").HasKey(r => new { r.Tenant, r.Id });
            row.Property(r => r.Tenant).HasColumnName("tenant");
            row.Property(r => r.Id).HasColumnName("id");
            row.Property(r => r.Name).HasColumnName("name");
            row.Property(r => r.Data).HasColumnName("data").HasColumnType("jsonb");
        });
        modelBuilder.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox");
            row.Property(r => r.Id).HasColumnName("id");
            row.Property(r => r.Tenant).HasColumnName("tenant");
            row.Property(r => r.Type).HasColumnName("type");
            row.Property(r => r.Subject).HasColumnName("subject");
            row.Property(r => r.Payload).HasColumnName("payload").HasColumnType("jsonb");
        });
        modelBuilder.Entity<AuditRow>(row =>
        {
            row.ToTable("audit");
            row.Property(r => r.Id).HasColumnName("id");
            row.Property(r => r.Tenant).HasColumnName("tenant");
            row.Property(r => r.Actor).HasColumnName("actor");
            row.Property(r => r.Action).HasColumnName("action");
            row.Property(r => r.Subject).HasColumnName("subject");
            row.Property(r => r.RequestId).HasColumnName("request_id");
            row.Property(r => r.Data).HasColumnName("data").HasColumnType("jsonb");
        });
    }
}

public sealed class InstanceRow
{
    public required string Tenant { get; init; }

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Data { get; init; }

    public static InstanceRow Of(string tenant, Instance instance) =>
        new() { Tenant = tenant, Id = instance.Id, Name = instance.DisplayName, Data = JsonSerializer.Serialize(instance, JsonSerializerOptions.Web) };

    public Instance Shown() => JsonSerializer.Deserialize<Instance>(Data, JsonSerializerOptions.Web)!;
}

public sealed class OutboxRow
{
    public long Id { get; init; }

    public required string Tenant { get; init; }

    public required string Type { get; init; }

    public required string Subject { get; init; }

    public required string Payload { get; init; }
}

public sealed class AuditRow
{
    public long Id { get; init; }

    public required string Tenant { get; init; }

    public required string Actor { get; init; }

    public required string Action { get; init; }

    public required string Subject { get; init; }

    public required string RequestId { get; init; }

    public required string Data { get; init; }
}
