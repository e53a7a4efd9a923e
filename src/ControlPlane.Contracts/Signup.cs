namespace ControlPlane.Contracts;

/// <summary>Somebody asked for an account and has yet to prove the e-mail address.</summary>
/// <param name="SignupId">Id of the signup.</param>
/// <param name="OfferRef">The catalog offer that was chosen, as <c>catalog@version#offer</c>.</param>
/// <param name="ExpiresAt">Until when the address can be proven.</param>
[IntegrationEvent("signup", "started")]
public sealed record SignupStarted(string SignupId, string? OfferRef, DateTimeOffset ExpiresAt);

/// <summary>The address was proven and a tenant provisioned.</summary>
/// <param name="SignupId">Id of the signup.</param>
/// <param name="ProvisionedTenantId">Id of the new tenant.</param>
/// <param name="OwnerPrincipalId">Id of the tenant's first owner.</param>
[IntegrationEvent("signup", "completed")]
public sealed record SignupCompleted(string SignupId, string ProvisionedTenantId, string OwnerPrincipalId);
