using ControlPlane.Sealing;

namespace ControlPlane.Signup;

public sealed record SignupStarted(
    Personal Email, Personal DisplayName, string Country, string Locale, string TermsVersion, string PrivacyVersion,
    bool MarketingConsent, string? OfferRef, DateTimeOffset ExpiresAt);
public sealed record SignupCodeRefused(int Attempt);
public sealed record SignupVerified(string TenantId, string PrincipalId, SignupOutcome Outcome);
public sealed record SignupExpired;

/// <summary>What proving the address led to: a new tenant, or a new token for the owner who already had one.</summary>
public enum SignupOutcome
{
    Provisioned,
    Recovered,
}
