using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Tenants;

/// <summary>The time to restore a tenant is over, unless it was restored.</summary>
public sealed record PurgeTenant(string TenantId, string OperationId, DateTimeOffset PurgeAt);

/// <summary>Runs one step of a purge.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="OperationId">Its deletion.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">How often a provider has kept it from passing.</param>
public sealed record RunPurgeStep(string TenantId, string OperationId, string Step, int Attempt = 0);

/// <summary>All steps of a purge have ended: says so, and signs it.</summary>
public sealed record CertifyPurge(string TenantId, string OperationId);

public static class PurgeTenantHandler
{
    public static (TenantPurgeStarted?, OutgoingMessages) Handle(
        PurgeTenant timer, [WriteModel(nameof(PurgeTenant.TenantId))] Tenant? tenant, Lifecycles lifecycles, TimeProvider time) =>
        tenant?.IsAt(timer.OperationId, TenantState.Tombstoned) == true && tenant.Deletion!.PurgeAt == timer.PurgeAt
            ? (new(timer.OperationId, time.GetUtcNow()), [new RunPurgeStep(tenant.Id, timer.OperationId, lifecycles.After(null)!.Name)])
            : (null, []);
}

public static class RunPurgeStepHandler
{
    /// <summary>How long a step waits for a provider before it is tried again: about a day in all, then the purge goes on without it.</summary>
    public static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    public static async Task<(TenantPurgeStepEnded?, OutgoingMessages)> Handle(
        RunPurgeStep message, [WriteModel(nameof(RunPurgeStep.TenantId))] Tenant? tenant, IDocumentSession session, Lifecycles lifecycles, TimeProvider time,
        CancellationToken cancellation)
    {
        if (tenant?.IsAt(message.OperationId, TenantState.Purging) != true || tenant.Deletion!.Steps.Any(ended => ended.Step == message.Step))
        {
            return (null, []);
        }

        var result = await TryAsync(message, session, lifecycles, cancellation);
        if (result is null)
        {
            var later = new OutgoingMessages();
            later.Schedule(message with { Attempt = message.Attempt + 1 }, time.GetUtcNow() + Waits[message.Attempt]);
            return (null, later);
        }

        OutgoingMessages next = lifecycles.After(message.Step) is { } step
            ? [new RunPurgeStep(tenant.Id, message.OperationId, step.Name)]
            : [new CertifyPurge(tenant.Id, message.OperationId)];
        next.AddRange(result.Later);
        return (new(message.OperationId, message.Step, result.Outcome, result.Count, result.Reason, time.GetUtcNow()), next);
    }

    // Null where a provider may be able to do later what it can't do now.
    private static async Task<StepResult?> TryAsync(RunPurgeStep message, IDocumentSession session, Lifecycles lifecycles, CancellationToken cancellation)
    {
        try
        {
            return lifecycles.Steps.FirstOrDefault(known => known.Name == message.Step) is { } step
                ? await step.RunAsync(session, cancellation)
                : new(StepOutcome.Unsupported, 0, "no_such_step");
        }
        catch (Exception refused) when (refused is PaymentRefusedException or NeverPassesException)
        {
            return new(StepOutcome.Failed, 0, "refused_by_provider");
        }
        catch (Exception absent) when (absent is HttpRequestException or TryLaterException || (absent is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return message.Attempt < Waits.Length ? null : new(StepOutcome.Failed, 0, "provider_unavailable");
        }
    }
}

public static class CertifyPurgeHandler
{
    public static async Task<TenantPurged?> Handle(
        CertifyPurge message, [WriteModel(nameof(CertifyPurge.TenantId))] Tenant? tenant, IQuerySession session, CatalogStore catalog, Signer signer, TimeProvider time,
        CancellationToken cancellation)
    {
        if (tenant?.IsAt(message.OperationId, TenantState.Purging) != true)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var certificate = ErasureCertificate.Of(tenant, await Retained.OfAsync(session, catalog, now, cancellation), now);
        return new(message.OperationId, certificate.CertificateId, signer.Jws(certificate, ErasureCertificate.Type, out _), now);
    }
}
