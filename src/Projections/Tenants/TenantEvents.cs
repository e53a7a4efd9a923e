using ControlPlane.Sealing;

namespace ControlPlane.Tenants;

public sealed record TenantCreated(Personal Name, string Country, string Locale, string TermsVersion, string PrivacyVersion, bool MarketingConsent, string OwnerPrincipalId);
