using System.Threading.Channels;
using ControlPlane.Hosting;
using Marten;

namespace ControlPlane.Audit;

/// <summary>Whoever reads this is told of in the trail.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AuditedReadAttribute : Attribute;

/// <summary>Takes note of reads that have to be told of: of the trail and of what is marked so, and by staff of what is a customer's.</summary>
public sealed class ReadAudit(TimeProvider time)
{
    private const string Trail = "/v1/audit/";

    // Whoever reads waits where the writer can't keep up, rather than reading without being told of.
    private readonly Channel<(string Tenant, AuditedRead Read)> _noted =
        Channel.CreateBounded<(string, AuditedRead)>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    internal ChannelReader<(string Tenant, AuditedRead Read)> Noted => _noted.Reader;

    public async ValueTask NoteAsync(HttpContext context, Caller caller)
    {
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        var pattern = endpoint.RoutePattern.RawText!;
        if (caller.IsStaff || pattern.StartsWith(Trail, StringComparison.Ordinal) || endpoint.Metadata.GetMetadata<AuditedReadAttribute>() is not null)
        {
            await _noted.Writer.WriteAsync(
                (caller.TenantId, new(time.GetUtcNow(), caller.PrincipalId, caller.TokenId, $"GET {pattern}", context.Request.RouteValues["id"] as string, RequestIds.Current)),
                context.RequestAborted);
        }
    }

    internal void Complete() => _noted.Writer.TryComplete();
}

public static class ReadAudits
{
    /// <summary>Notes a read before its answer is sent, so that none goes out that is not told of.</summary>
    public static void UseReadAudit(this IApplicationBuilder app)
    {
        var audit = app.ApplicationServices.GetRequiredService<ReadAudit>();
        app.Use(async (context, next) =>
        {
            if (HttpMethods.IsGet(context.Request.Method) && context.Features.Get<Caller>() is { } caller)
            {
                await audit.NoteAsync(context, caller);
            }

            await next(context);
        });
    }
}

/// <summary>Writes the reads behind the requests: a batch a tenant every other second, and what is left when the host stops.</summary>
public sealed partial class ReadAuditWriter(ReadAudit audit, IDocumentStore store, TimeProvider time, ILogger<ReadAuditWriter> logger) : BackgroundService
{
    private const int MaxBatch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly List<(string Tenant, AuditedRead Read)> _waiting = [];

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        audit.Complete();
        await base.StopAsync(cancellationToken);
        do
        {
            Take();
            await WriteAsync(cancellationToken);
        }
        while (_waiting.Count > 0 || audit.Noted.TryPeek(out _));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                Take();
                await WriteAsync(stoppingToken);
            }
            catch (Exception error) when (!error.IsStop(stoppingToken))
            {
                LogLater(_waiting.Count, error.Message);
            }
        }
    }

    private void Take()
    {
        while (_waiting.Count < 10 * MaxBatch && audit.Noted.TryRead(out var noted))
        {
            _waiting.Add(noted);
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        foreach (var batch in _waiting.GroupBy(noted => noted.Tenant).SelectMany(reads => reads.Chunk(MaxBatch)).ToArray())
        {
            await WriteAsync(batch[0].Tenant, [.. batch.Select(noted => noted.Read)], cancellation);
            _waiting.RemoveAll(batch.Contains);
        }
    }

    private async Task WriteAsync(string tenant, AuditedRead[] reads, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession(tenant);
        var stream = ReadLedger.IdOf(tenant, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        await session.TakeAsync(stream, cancellation);
        if (await session.Events.FetchStreamStateAsync(stream, cancellation) is null)
        {
            session.Events.StartStream<ReadLedger>(stream, new ReadsAudited(reads));
        }
        else
        {
            session.Events.Append(stream, new ReadsAudited(reads));
        }

        await session.SaveChangesAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} reads are told of later: {Reason}")]
    private partial void LogLater(int count, string reason);
}
