using System.ComponentModel.DataAnnotations;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Tenants;

/// <summary>Deletes a tenant. The query string takes the same members, for some proxies drop the body of a DELETE; what the body says counts.</summary>
/// <example>{ "reason": "customer", "confirm": "ten_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b", "graceDays": 30 }</example>
/// <param name="Reason">Why; needed.</param>
/// <param name="Confirm">The tenant's id, against mistakes; needed.</param>
/// <param name="GraceDays">For how many days it can be restored; 30 when left out, and never longer than the law allows.</param>
public sealed record DeleteTenant(TenantDeletionReason? Reason = null, [property: MaxLength(100)] string? Confirm = null, [property: Range(0, 30)] int? GraceDays = null);

/// <summary>The same by the query string.</summary>
public sealed record DeleteTenantQuery
{
    /// <summary>Why.</summary>
    public TenantDeletionReason? Reason { get; init; }

    /// <summary>The tenant's id, against mistakes.</summary>
    [MaxLength(100)]
    public string? Confirm { get; init; }

    /// <summary>For how many days it can be restored.</summary>
    [Range(0, 30)]
    public int? GraceDays { get; init; }

    /// <summary>Only tells what would happen.</summary>
    public bool ValidateOnly { get; init; }
}

/// <summary>A deletion that was accepted, or with <c>validateOnly</c> one that would be.</summary>
/// <param name="State">Where the tenant stands.</param>
/// <param name="OperationId">Tells the progress at <c>/v1/operations/{id}</c>; absent when nothing was changed.</param>
/// <param name="PurgeAt">When the erasure starts.</param>
/// <param name="RestoreUntil">Until when the tenant can come back.</param>
/// <param name="LegalDeadline">By when everything must be gone; only for a person's demand.</param>
/// <param name="Stops">What stops at once.</param>
/// <param name="Erases">What is erased; only with <c>validateOnly</c>.</param>
/// <param name="Retained">What is kept, why and until when.</param>
/// <param name="CertificateUrl">Where the signed certificate can be read after the erasure, without a token; nobody can guess it.</param>
public sealed record DeletionAccepted(
    TenantState State, string? OperationId, DateTimeOffset PurgeAt, DateTimeOffset RestoreUntil, DateTimeOffset? LegalDeadline,
    IReadOnlyList<AffectedView> Stops, IReadOnlyList<AffectedView>? Erases, IReadOnlyList<Retained> Retained, string? CertificateUrl);

/// <summary>Resources of one kind.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Ids">Which.</param>
public sealed record AffectedView(string Kind, int Count, IReadOnlyList<string> Ids)
{
    internal static IReadOnlyList<AffectedView> Of(IEnumerable<Affected> affected) => [.. affected.Select(one => new AffectedView(one.KindCode, one.Ids.Count, one.Ids))];
}

/// <summary>What a deletion is decided on.</summary>
public sealed record DeletionCase(
    DeleteTenant Wish, bool IsTrial, string OperationId, DeletionDates Dates, Stop Stop, IReadOnlyList<Affected> Erases, IReadOnlyList<Retained> Retained,
    IReadOnlyList<Personal> OwnerAddresses, string CertificateToken, string CertificateUrl);

public static class DeleteTenantEndpoint
{
    private const int GraceDays = 30;

    // A node may take a request of the tenant for another few seconds.
    private static readonly TimeSpan Stragglers = TimeSpan.FromSeconds(10);

    public static async Task<DeletionCase> LoadAsync(
        DeleteTenant command, [NotBody] Tenant tenant, [NotBody] Caller caller, HttpContext http, IQuerySession session, Lifecycles lifecycles, CatalogStore catalog,
        KeyRing ring, CertificateTokens certificates, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<DeleteTenantQuery>();
        var wish = new DeleteTenant(command.Reason ?? query.Reason, command.Confirm ?? query.Confirm, command.GraceDays ?? query.GraceDays ?? GraceDays);
        var isNew = tenant.State == TenantState.Active;
        var operation = isNew ? Ids.New("opn") : tenant.Deletion!.OperationId;
        var dates = isNew ? DeletionDates.Of(wish.Reason ?? default, wish.GraceDays!.Value, time.GetUtcNow()) : new(tenant.Deletion!.PurgeAt, tenant.Deletion.LegalDeadline);
        return new(
            wish, query.ValidateOnly, operation, dates,
            isNew ? await lifecycles.StopAsync(session, caller.PrincipalId, cancellation) : new(tenant.Deletion!.Stopped, []),
            query.ValidateOnly ? await lifecycles.ErasesAsync(session, cancellation) : [],
            await Retained.OfAsync(session, catalog, dates.PurgeAt, cancellation),
            isNew && !query.ValidateOnly ? await AddressesAsync(session, ring, operation, cancellation) : [],
            await certificates.OfAsync(tenant.Id, operation, cancellation),
            await certificates.AddressOfAsync(tenant.Id, operation, cancellation));
    }

    public static ProblemDetails Validate([NotBody] Tenant tenant, [NotBody] DeletionCase found) =>
        tenant.Id == Tenant.Platform ? Problems.Conflict("platform_tenant", "The platform's own tenant can't be deleted")
        : found.Wish.Reason is null ? Problems.Malformed("/reason", "required", "A reason is needed, in the body or the query string")
        : found.Wish.Confirm != tenant.Id
            ? Problems.AgainstTheRules("confirmation_mismatch", "The confirmation is not the tenant's id", [new("/confirm", "mismatch", "The id of the tenant is expected")])
        : WolverineContinue.NoProblems;

    /// <summary>Delete a tenant and all that is its own (GDPR article 17, end of contract).</summary>
    /// <remarks>
    /// From the commit on its tokens are refused and nothing personal of it can be opened. It can be restored until <c>restoreUntil</c>;
    /// then it is erased step by step, and a signed certificate tells how each step went. Asking again answers with how it stands.
    /// </remarks>
    [WolverineDelete("/v1/tenants/{id}"), Requires("tenant:delete"), WhileLeaving, Query<DeleteTenantQuery>, Answers(202, 200, 409, 422)]
    public static (Answer<DeletionAccepted>, TenantDeletionRequested?, Writes, OutgoingMessages) Delete(
        DeleteTenant command, [WriteModel("id")] Tenant tenant, [NotBody] DeletionCase found, [NotBody] Caller caller, TimeProvider time)
    {
        if (found.IsTrial || tenant.State != TenantState.Active)
        {
            return (Told(tenant.State, found), null, new(), []);
        }

        var messages = new OutgoingMessages();
        messages.Schedule(new PurgeTenant(tenant.Id, found.OperationId, found.Dates.PurgeAt), found.Dates.PurgeAt);
        messages.Schedule(new StopStragglers(tenant.Id, found.OperationId), time.GetUtcNow() + Stragglers);
        messages.AddRange(Enumerable.Range(0, found.OwnerAddresses.Count).Select(place => new SendDepartureLetter(tenant.Id, found.OperationId, place)));
        return (
            Told(TenantState.Tombstoned, found),
            new(found.OperationId, found.Wish.Reason!.Value, time.GetUtcNow(), found.Dates.PurgeAt, found.Dates.LegalDeadline, found.Stop.Stopped, found.OwnerAddresses, caller.PrincipalId),
            new(
            [
                .. found.Stop.Writes,
                new ChangeKeys(KeyRing.Quarantine, tenant.Id),
                MartenOps.StartStream<Departure>(found.OperationId, new DepartureKeyMade(tenant.Id, found.OwnerAddresses.Count)),
                MartenOps.Store(new CertificateAddress(TokenFormat.HashOf(found.CertificateToken), tenant.Id, found.OperationId)),
            ]),
            messages);
    }

    private static Answer<DeletionAccepted> Told(TenantState state, DeletionCase found) => new(
        new DeletionAccepted(
            state, state == TenantState.Active ? null : found.OperationId, found.Dates.PurgeAt, found.Dates.PurgeAt, found.Dates.LegalDeadline,
            AffectedView.Of(found.Stop.Stopped), found.IsTrial ? AffectedView.Of(found.Erases) : null, found.Retained,
            state == TenantState.Active ? null : found.CertificateUrl),
        found.IsTrial ? 200 : 202);

    // Every owner is told, for one of them alone may have done it.
    private static async Task<IReadOnlyList<Personal>> AddressesAsync(IQuerySession session, KeyRing ring, string operation, CancellationToken cancellation)
    {
        var owners = await session.Query<Principal>().Where(principal => principal.Type == PrincipalType.User && principal.RevokedAt == null).ToListAsync(cancellation);
        var addresses = new List<Personal>();
        foreach (var owner in owners.Where(owner => owner.IsLastingOwner(session.TenantId) && owner.SubjectId.IsReadable && EmailText.IsAddress(owner.SubjectId.Value)))
        {
            addresses.Add(await ring.SealForDepartureAsync(session.TenantId, operation, owner.SubjectId.Value, cancellation));
        }

        return addresses;
    }
}
