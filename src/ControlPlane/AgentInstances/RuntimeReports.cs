using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx;
using JasperFx.Events;
using Marten;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace ControlPlane.AgentInstances;

/// <summary>What became of a report.</summary>
/// <param name="Accepted">How many instances it told something new of.</param>
/// <param name="Unchanged">How many instances are as they were; their heartbeats count.</param>
/// <param name="Rejected">The instances that nothing was taken of, each with the reason.</param>
public sealed record ReportOutcome(int Accepted, int Unchanged, IReadOnlyList<RejectedReport> Rejected);

/// <summary>An instance that nothing was taken of.</summary>
/// <param name="InstanceId">Its id, as reported.</param>
/// <param name="Code"><c>unknown_instance</c>, <c>instance_gone</c>, <c>generation_unknown</c> or <c>heartbeat_in_future</c>.</param>
public sealed record RejectedReport(string InstanceId, string Code);

/// <summary>
/// Takes what runtimes report, whichever way it came. One transaction a report: it first writes the heartbeats, which makes
/// reports of the same instance wait for each other, and then appends what is new compared with what was committed before.
/// </summary>
public sealed class RuntimeReports(IDocumentStore store, NpgsqlDataSource database, TimeProvider time)
{
    private const int MaxAttempts = 5;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    public async Task<ReportOutcome> TakeAsync(Contracts.RuntimeReport report, string reportedBy, CancellationToken cancellation)
    {
        var told = Told.Of(report);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TakeOnceAsync(told, reportedBy, cancellation);
            }
            catch (Exception error) when (attempt < MaxAttempts && IsRace(error))
            {
            }
        }
    }

    private async Task<ReportOutcome> TakeOnceAsync(IReadOnlyList<Told> told, string reportedBy, CancellationToken cancellation)
    {
        var known = await RuntimeQueries.FindAsync(database, [.. told.Select(one => one.InstanceId)], cancellation);
        var judged = told.Select(one => (Told: one, Known: known[one.InstanceId], Code: Judge(one.Latest, known[one.InstanceId]))).ToArray();
        var taken = judged.Where(one => one.Code is null).Select(one => new Taken(one.Told, one.Known.Tenant!)).ToArray();
        var changed = taken.Length == 0 ? 0 : await AppendAsync(taken, reportedBy, cancellation);
        return new(changed, taken.Length - changed, [.. judged.Where(one => one.Code is not null).Select(one => new RejectedReport(one.Told.InstanceId, one.Code!))]);
    }

    private string? Judge(Contracts.InstanceReport report, KnownInstance known) =>
        known.State is null ? known.Tenant is null ? "unknown_instance" : "instance_gone"
        : known.State >= InstanceState.Deleted ? "instance_gone"
        : report.ObservedGeneration > known.Generation ? "generation_unknown"
        // A clock that runs ahead would make every later report look old.
        : report.HeartbeatAt > time.GetUtcNow() + ClockTolerance ? "heartbeat_in_future"
        : null;

    private async Task<int> AppendAsync(IReadOnlyList<Taken> taken, string reportedBy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var newest = await RuntimeQueries.BeatAsync(connection, taken, cancellation);
        var runtimes = await RuntimeQueries.LoadAsync(connection, store.Options.Serializer(), taken, cancellation);
        var uncounted = await RuntimeQueries.CountAsync(connection, taken, cancellation);
        await using var session = store.LightweightSession(Session(transaction));
        var changed = 0;
        foreach (var (told, tenant) in taken)
        {
            var last = runtimes.GetValueOrDefault(told.InstanceId);
            var events = new List<object>();
            if (newest.Contains(told.InstanceId) && InstanceRuntime.Changes(last, Reported(told.Latest, reportedBy)) is { } change)
            {
                events.Add(change);
            }

            events.AddRange(told.Usage.Where(usage => uncounted.Remove(usage.RunId)).Select(usage => Used(usage, reportedBy)));
            if (events.Count > 0)
            {
                changed++;
                Append(session.ForTenant(tenant), InstanceRuntime.StreamOf(told.InstanceId), last is null, [.. events.Select(data => By(session, data, reportedBy))]);
            }
        }

        // A session without changes would commit nothing, not even the heartbeats.
        await (changed > 0 ? session.SaveChangesAsync(cancellation) : transaction.CommitAsync(cancellation));
        return changed;
    }

    private static SessionOptions Session(NpgsqlTransaction transaction)
    {
        var options = SessionOptions.ForTransaction(transaction, shouldAutoCommit: true);
        options.TenantId = Tenant.Platform;
        return options;
    }

    private static void Append(ITenantOperations tenant, string stream, bool isFirst, IEvent[] events)
    {
        if (isFirst)
        {
            tenant.Events.StartStream<InstanceRuntime>(stream, events);
        }
        else
        {
            tenant.Events.Append(stream, events);
        }
    }

    private static IEvent By(IDocumentSession session, object data, string principal)
    {
        var stored = session.Events.BuildEvent(data);
        stored.SetHeader(EventHeaders.Actor, principal);
        return stored;
    }

    private static RuntimeChanged Reported(Contracts.InstanceReport report, string by) => new(
        (RuntimePhase)report.Phase, [.. (report.Conditions ?? []).Select(Condition)], report.ObservedGeneration, report.HeartbeatAt, by);

    private static RuntimeCondition Condition(Contracts.ReportedCondition told) =>
        new((ConditionType)told.Type, (ConditionStatus)told.Status, told.Reason, told.LastTransitionAt);

    private static RunUsageReported Used(Contracts.RunUsage usage, string by) => new(
        usage.RunId, usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens, usage.CostMicros, usage.Currency, usage.EndedAt, by);

    private static bool IsRace(Exception error) =>
        error is ConcurrencyException or JasperFx.Events.ExistingStreamIdCollisionException
        || ProblemWriter.InDatabase(error) is { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation };
}
