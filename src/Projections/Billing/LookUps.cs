namespace ControlPlane.Billing;

/// <summary>Leads from Stripe's id of a customer to the tenant. Operational; not of one tenant.</summary>
public sealed record StripeCustomer(string Id, string TenantId);

/// <summary>Leads from an event of Stripe's to the tenant it is about, while its body is kept. Operational; not of one tenant.</summary>
public sealed record StripeEventOf(string Id, string TenantId);
