using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Signup;

/// <summary>Asks for an account.</summary>
/// <example>
/// { "email": "ann@example.org", "displayName": "Ann", "country": "FR", "locale": "fr", "termsVersion": "2026-06", "privacyVersion": "2026-06" }
/// </example>
/// <param name="Email">The address to prove; a code is mailed to it.</param>
/// <param name="DisplayName">What the account and its owner are called; 1 to 100 characters.</param>
/// <param name="Country">Where the customer is, as ISO 3166-1 alpha-2.</param>
/// <param name="Locale">The language of letters, as BCP 47.</param>
/// <param name="TermsVersion">The terms agreed to; today's.</param>
/// <param name="PrivacyVersion">The privacy notice read; today's.</param>
/// <param name="MarketingConsent">Whether news may be mailed.</param>
/// <param name="OfferRef">What the customer came for; the monthly Solo plan when left out.</param>
public sealed record StartSignup(
    [property: Required, Mailbox, MaxLength(260)] Personal Email, [property: Required, MaxLength(100)] Personal DisplayName,
    [property: Format("country")] string Country, [property: Format("locale"), MaxLength(35)] string Locale,
    [property: Required, MaxLength(40)] string TermsVersion, [property: Required, MaxLength(40)] string PrivacyVersion,
    bool MarketingConsent = false, OfferRef? OfferRef = null);

/// <summary>The same for every address.</summary>
/// <param name="SignupId">Names the signup; goes with the code.</param>
/// <param name="Next">What to do now.</param>
/// <param name="ExpiresAt">Until when the code is good.</param>
public sealed record SignupAccepted(string SignupId, SignupNext Next, DateTimeOffset ExpiresAt);

public enum SignupNext
{
    CheckEmail,
}

public static class StartSignupEndpoint
{
    public static ProblemDetails Validate(StartSignup command, SignupSettings settings, CatalogStore catalog, TimeProvider time) =>
        Faults(command, settings, catalog, time.GetUtcNow()).ToArray() is { Length: > 0 } faults
            ? Problems.AgainstTheRules("signup_refused", "The signup can't be accepted", faults)
            : WolverineContinue.NoProblems;

    /// <summary>Sign up: mails a code to the address.</summary>
    /// <remarks>Whether the address is known already only its owner learns, from the letter.</remarks>
    [WolverinePost("/v1/auth/signup"), Public, Answers(202, 422), Calls(Outside.Postmark)]
    public static async Task<(Answer<SignupAccepted>, IStartStream, OutgoingMessages)> Post(
        StartSignup command, SignupSettings settings, SignupLimits limits, CatalogStore catalog, KeyRing ring, TimeProvider time, HttpContext http,
        CancellationToken cancellation)
    {
        if (limits.WaitFor(await EmailText.HashAsync(ring, command.Email.Value, cancellation)) is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            throw new ProblemException(Problems.Because(429, "rate_limited", "Too many letters to this address", null, ("retryable", true)));
        }

        var id = Ids.New("sgn");
        var expiresAt = time.GetUtcNow() + settings.Lifetime;
        return (
            new(new SignupAccepted(id, SignupNext.CheckEmail, expiresAt), 202),
            MartenOps.StartStream<PendingSignup>(id, new SignupStarted(
                new Personal(EmailText.Normal(command.Email.Value)), command.DisplayName, command.Country, command.Locale,
                command.TermsVersion, command.PrivacyVersion, command.MarketingConsent, Choice(command, settings, catalog)!.Value.Value, expiresAt)),
            [new SendSignupLetter(id), new ExpireSignup(id).ScheduledAt(expiresAt)]);
    }

    private static IEnumerable<Fault> Faults(StartSignup command, SignupSettings settings, CatalogStore catalog, DateTimeOffset now)
    {
        if (command.TermsVersion != settings.TermsVersion)
        {
            yield return new("/termsVersion", "unknown_version", $"The terms of today are {settings.TermsVersion}");
        }

        if (command.PrivacyVersion != settings.PrivacyVersion)
        {
            yield return new("/privacyVersion", "unknown_version", $"The privacy notice of today is {settings.PrivacyVersion}");
        }

        var offer = Choice(command, settings, catalog) is { } choice ? catalog.Offer(choice) : null;
        if (offer is null)
        {
            yield return new("/offerRef", "unknown_offer", "There is no such offer");
        }
        else if (!offer.IsOpen(now, command.Country))
        {
            var isAnywhere = now >= offer.ValidFrom && !(now >= offer.ValidUntil);
            yield return isAnywhere
                ? new("/country", "country_not_served", "The offer is not made in this country")
                : new("/offerRef", "offer_closed", "The offer is not open");
        }
    }

    // A price list that was withdrawn sells nothing any more.
    private static OfferRef? Choice(StartSignup command, SignupSettings settings, CatalogStore catalog)
    {
        var list = command.OfferRef is { } given ? catalog.Find(given.Catalog) : catalog.Newest<OfferCatalog>(settings.Catalog);
        return list is null or { IsWithdrawn: true } ? null : OfferRef.Parse($"{list.Ref}#{command.OfferRef?.Offer ?? settings.Offer}");
    }
}
