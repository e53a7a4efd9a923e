using ControlPlane.Catalog;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Marten.Services;

namespace ControlPlane.Hosting;

/// <summary>What one request has to say to its commit: the answer, the limits it must keep, the key under which it may be repeated.</summary>
public sealed class Commit
{
    private readonly List<Quota> _quotas = [];

    public Answer? Answer { get; set; }

    /// <summary>The answer as rendered in the commit; null while nothing was committed.</summary>
    public Rendered? Rendered { get; set; }

    /// <summary>The same answer as it may be kept.</summary>
    public Rendered? WithoutSecrets { get; set; }

    /// <summary>Set where the request carries an Idempotency-Key.</summary>
    public Repetition? Repetition { get; set; }

    public IReadOnlyList<Quota> Quotas => _quotas;

    public void Take(Quota quota) => _quotas.Add(quota);

    public void Render(Answer answer, object? body)
    {
        Rendered = Rendered.Of(body, answer.Status, answer.Location, Json.Http);
        WithoutSecrets = Repetition is null ? null : Rendered.Of(body, answer.Status, answer.Location, Json.WithoutSecrets);
    }
}

public static class CommitAccess
{
    public static Commit Commit(this HttpContext context)
    {
        if (context.Features.Get<Commit>() is not { } commit)
        {
            context.Features.Set(commit = new());
        }

        return commit;
    }
}

/// <summary>
/// Stands at every commit of the store: seals personal data, completes the events' metadata, and adds to the transaction what
/// must be decided with it: If-Match, quotas, the answer kept under an Idempotency-Key.
/// </summary>
public sealed class CommitListener(IServiceProvider services, IHttpContextAccessor http, Sealer sealer, CatalogStore catalog) : DocumentSessionListenerBase
{
    public override async Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        foreach (var stream in session.PendingChanges.Streams())
        {
            await sealer.SealAsync(stream, token);
            EventMetadata.Complete(stream, http.HttpContext, catalog);
        }

        if (http.HttpContext is not { } context || context.Features.Get<Commit>() is not { } commit)
        {
            return;
        }

        foreach (var quota in commit.Quotas)
        {
            session.QueueSqlCommand(Quotas.AssertionOf(quota.Metric), session.TenantId, quota.Limit);
        }

        if (commit.Answer is { } answer)
        {
            CheckPrecondition(context, answer, session.PendingChanges.Streams());
            var body = await answer.BodyAsync(services, session, token);
            commit.Render(answer, body);
            if (commit.Repetition is { } repetition)
            {
                await repetition.KeepAsync(session, commit.WithoutSecrets!, token);
            }
        }
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        foreach (var stream in commit.GetStreams())
        {
            if (stream.Events.Any(stored => Holdings.Changes(stored.Data)))
            {
                services.GetRequiredService<TokenChecks>().Forget(stream.Key!);
            }

            // A tenant's own stream has its id.
            if (stream.Key == stream.TenantId)
            {
                services.GetRequiredService<TenantDirectory>().Forget(stream.Key!);
            }

            if (stream.Events.Any(stored => stored.Data is PrincipalErased or TenantDeletionRequested or TenantRestored or TenantPurgeStepEnded))
            {
                services.GetRequiredService<KeyRing>().Forget(stream.TenantId);
            }
        }

        return Task.CompletedTask;
    }

    // Evaluated last, as RFC 9110 §13.2.1 asks: only where the request would otherwise succeed.
    private static void CheckPrecondition(HttpContext context, Answer answer, IEnumerable<StreamAction> streams)
    {
        if (ETags.Versions(context.Request.Headers.IfMatch.ToString()) is { } wanted
            && streams.FirstOrDefault(stream => stream.Key == answer.Stream) is { } changed)
        {
            var before = changed.Version - changed.Events.Count;
            if (!wanted.Contains(before))
            {
                throw new ProblemException(Problems.PreconditionFailed(before));
            }
        }
    }
}

/// <summary>Sends the answer of a write after its commit.</summary>
public static class AnswerWriter
{
    public static void UseAnswers(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (context.Features.Get<Commit>() is not { Answer: { } answer } commit || context.Response.HasStarted)
        {
            return;
        }

        if (commit.Rendered is null)
        {
            await RenderUnchangedAsync(context, commit, answer);
            if (answer.Stream is not null && commit.Rendered!.Version is { } current
                && ETags.Versions(context.Request.Headers.IfMatch.ToString()) is { } wanted && !wanted.Contains(current))
            {
                await context.WriteAsync(Problems.PreconditionFailed(current));
                return;
            }
        }

        await commit.Rendered!.WriteAsync(context);
    });

    // Nothing changed, so the resource is shown as it stands.
    private static async Task RenderUnchangedAsync(HttpContext context, Commit commit, Answer answer)
    {
        await using var session = context.RequestServices.GetRequiredService<IDocumentStore>().QuerySession(context.Features.Get<Caller>()?.TenantId ?? Tenants.Tenant.Platform);
        commit.Render(answer, await answer.BodyAsync(context.RequestServices, session, context.RequestAborted));
    }
}

public static class PendingDocuments
{
    /// <summary>What the commit under way, if there is one, is about to write.</summary>
    public static T? Pending<T>(this IQuerySession session, Func<T, bool> fits)
        where T : class =>
        session is IDocumentSession writing ? writing.PendingChanges.AllChangedFor<T>().FirstOrDefault(fits) : null;
}
