using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Signup;

/// <summary>A signup between its first request and the proof of its e-mail address; it lives in the platform's tenant.</summary>
public sealed record PendingSignup(
    string Id, Personal Email, Personal DisplayName, string Country, string Locale, string TermsVersion, string PrivacyVersion,
    bool MarketingConsent, string? OfferRef, DateTimeOffset ExpiresAt) : IRevisioned
{
    public const int MaxAttempts = 10;

    public int Version { get; set; }

    public int Attempts { get; init; }

    public bool IsVerified { get; init; }

    /// <summary>The tenant that the proof led to.</summary>
    public string? TenantId { get; init; }

    public bool IsExpired { get; init; }

    /// <summary>Whether a right code would still be good: also when the timer is late.</summary>
    public bool MayBeVerified(DateTimeOffset now) => !IsVerified && !IsExpired && now < ExpiresAt && Attempts < MaxAttempts && Email.IsReadable;

    public static PendingSignup Create(IEvent<SignupStarted> e) => new(
        e.StreamKey!, e.Data.Email, e.Data.DisplayName, e.Data.Country, e.Data.Locale, e.Data.TermsVersion, e.Data.PrivacyVersion,
        e.Data.MarketingConsent, e.Data.OfferRef, e.Data.ExpiresAt);

    public PendingSignup Apply(SignupCodeRefused e) => this with { Attempts = e.Attempt };

    public PendingSignup Apply(SignupVerified e) => this with { IsVerified = true, TenantId = e.TenantId };

    public PendingSignup Apply(SignupExpired _) => this with { IsExpired = true };
}
