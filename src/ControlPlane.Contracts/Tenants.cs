namespace ControlPlane.Contracts;

/// <summary>A customer account came into being.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OwnerPrincipalId">Id of its first owner.</param>
/// <param name="Country">Where the customer is, as ISO 3166-1 alpha-2.</param>
[IntegrationEvent("tenant", "created")]
public sealed record TenantCreated(string TenantId, string OwnerPrincipalId, string Country);

/// <summary>A customer account was deleted: it is refused from here on, and can be restored until its erasure starts.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OperationId">Id of the deletion.</param>
/// <param name="Reason">Why: <c>art17</c>, <c>tos</c>, <c>customer</c> or <c>nonpayment</c>.</param>
/// <param name="PurgeAt">When the erasure starts.</param>
[IntegrationEvent("tenant", "deletion_requested")]
public sealed record TenantDeletionRequested(string TenantId, string OperationId, string Reason, DateTimeOffset PurgeAt);

/// <summary>A deleted customer account came back.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OperationId">Id of the deletion that was undone.</param>
[IntegrationEvent("tenant", "restored")]
public sealed record TenantRestored(string TenantId, string OperationId);

/// <summary>The erasure of a customer account has started; whoever keeps something of it erases it too.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OperationId">Id of the deletion.</param>
[IntegrationEvent("tenant", "purge_started")]
public sealed record TenantPurgeStarted(string TenantId, string OperationId);

/// <summary>A customer account is erased.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OperationId">Id of the deletion.</param>
/// <param name="CertificateId">Id of the signed certificate.</param>
[IntegrationEvent("tenant", "purged")]
public sealed record TenantPurged(string TenantId, string OperationId, string CertificateId);

/// <summary>What a tenant pays for gives it another tier.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="Tier"><c>solo</c>, <c>pro</c> or <c>squad</c>.</param>
/// <param name="InstanceIds">The instances that it pays for.</param>
[IntegrationEvent("tenant", "tier_changed")]
public sealed record TenantTierChanged(string TenantId, string Tier, IReadOnlyList<string> InstanceIds);
