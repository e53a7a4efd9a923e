namespace ControlPlane.Contracts;

/// <summary>A customer account came into being.</summary>
/// <param name="TenantId">Id of the tenant.</param>
/// <param name="OwnerPrincipalId">Id of its first owner.</param>
/// <param name="Country">Where the customer is, as ISO 3166-1 alpha-2.</param>
[IntegrationEvent("tenant", "created")]
public sealed record TenantCreated(string TenantId, string OwnerPrincipalId, string Country);
