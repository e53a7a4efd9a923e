using ControlPlane.Hosting;
using Marten;

namespace ControlPlane.Tenants;

/// <summary>A customer account as it is shown.</summary>
/// <param name="Id">Id of the tenant.</param>
/// <param name="Name">What it is called; <c>[quarantined]</c> or <c>[erased]</c> once it is deleted.</param>
/// <param name="Country">Where the customer is, as ISO 3166-1 alpha-2.</param>
/// <param name="Locale">The language of letters.</param>
/// <param name="Tier">The tier of its highest paid plan.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CreatedAt">When it came into being.</param>
/// <param name="Deletion">The deletion that is under way, or done.</param>
/// <param name="Version">The version of its stream.</param>
public sealed record TenantView(
    string Id, string Name, string Country, string Locale, Tier Tier, TenantState State, DateTimeOffset CreatedAt, DeletionView? Deletion, long Version) : IVersioned;

/// <summary>A deletion of a tenant.</summary>
/// <param name="OperationId">Tells the progress at <c>/v1/operations/{id}</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="PurgeAt">When the erasure starts, or started.</param>
/// <param name="RestoreUntil">Until when the tenant can come back.</param>
/// <param name="LegalDeadline">By when everything must be gone; only for a person's demand.</param>
/// <param name="Steps">The steps of the erasure, those to come as <c>pending</c>.</param>
/// <param name="CertificateId">Id of the certificate, once there is one.</param>
/// <param name="CertificateUrl">Where it can be read after the erasure.</param>
public sealed record DeletionView(
    string OperationId, TenantDeletionReason Reason, DateTimeOffset RequestedAt, DateTimeOffset PurgeAt, DateTimeOffset RestoreUntil, DateTimeOffset? LegalDeadline,
    IReadOnlyList<OperationStep> Steps, string? CertificateId, string CertificateUrl);

/// <summary>Shows tenants.</summary>
public sealed class TenantViews(Lifecycles lifecycles, CertificateTokens certificates)
{
    public async Task<TenantView?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation) =>
        await session.LoadAsync<Tenant>(id, cancellation) is { } tenant
            ? new(
                tenant.Id, tenant.Name.Value, tenant.Country, tenant.Locale, tenant.Tier, tenant.State, tenant.CreatedAt,
                tenant.State == TenantState.Active ? null : await OfAsync(tenant, tenant.Deletion!, cancellation), tenant.Version)
            : null;

    private async Task<DeletionView> OfAsync(Tenant tenant, TenantDeletion deletion, CancellationToken cancellation) => new(
        deletion.OperationId, deletion.Reason, deletion.RequestedAt, deletion.PurgeAt, deletion.PurgeAt, deletion.LegalDeadline,
        OperationStep.Of(deletion, lifecycles), deletion.Purged?.CertificateId, await certificates.AddressOfAsync(tenant.Id, deletion.OperationId, cancellation));
}
