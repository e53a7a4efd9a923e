using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Signup;

/// <summary>Proves an address with the code that was mailed to it.</summary>
/// <example>{ "signupId": "sgn_0199f0c2a5b87c3e9d4f1a2b3c4d5e6f", "code": "1234567890" }</example>
/// <param name="SignupId">As the signup answered it.</param>
/// <param name="Code">The digits from the letter.</param>
public sealed record VerifySignup([property: Required, MaxLength(64)] string SignupId, [property: Required, MaxLength(64)] string Code);

/// <summary>The account, with its first token: the secret is never shown again.</summary>
/// <param name="Tenant">The customer account.</param>
/// <param name="Principal">Its owner.</param>
/// <param name="RoleAssignment">What the owner may do, and where.</param>
/// <param name="Token">A new token of the owner.</param>
public sealed record ProvenAccount(ProvenTenant Tenant, ProvenPrincipal Principal, ProvenRole RoleAssignment, MintedToken Token);

/// <summary>A customer account.</summary>
/// <param name="Id">The tenant's id.</param>
/// <param name="Name">What the account is called.</param>
/// <param name="Country">Where the customer is, as ISO 3166-1 alpha-2.</param>
/// <param name="Locale">The language of letters, as BCP 47.</param>
/// <param name="Tier">The tier of the highest paid plan.</param>
public sealed record ProvenTenant(string Id, Personal Name, string Country, string Locale, Tier Tier);

/// <summary>The owner.</summary>
/// <param name="Id">The principal's id.</param>
/// <param name="Type">A person.</param>
/// <param name="DisplayName">What the owner is called.</param>
public sealed record ProvenPrincipal(string Id, PrincipalType Type, Personal DisplayName);

/// <summary>A role at a scope path.</summary>
/// <param name="Id">The assignment's id.</param>
/// <param name="Role">One of the five roles.</param>
/// <param name="Scope">The path; it covers all below it.</param>
public sealed record ProvenRole(string Id, string Role, string Scope);

/// <summary>What a verification is decided on.</summary>
/// <param name="Signup">The signup, if there ever was one of that id.</param>
/// <param name="Attempts">The wrong codes so far.</param>
/// <param name="IsProven">Whether the code is right and still good.</param>
/// <param name="Account">The account that the address belongs to, if it does already.</param>
/// <param name="EmailHash">The address as it is looked up; set where it is proven.</param>
public sealed record Proof(PendingSignup? Signup, int Attempts, bool IsProven, OwnedAccount? Account = null, string? EmailHash = null);

public static class VerifySignupEndpoint
{
    private static readonly TimeSpan RememberUnknown = TimeSpan.FromHours(48);

    /// <summary>Those who try the same signup, or prove the same address, wait for each other: so tries are counted, and accounts made, once.</summary>
    public static async Task<Proof> LoadAsync(
        VerifySignup command, IDocumentSession session, SignupCodes codes, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        await session.TakeAsync($"signup {command.SignupId}", cancellation);
        var matches = SignupCodes.Match(await codes.OfAsync(command.SignupId, cancellation), command.Code);
        if (await session.LoadAsync<PendingSignup>(command.SignupId, cancellation) is not { } signup)
        {
            return new(null, (await session.LoadAsync<UnknownSignup>(command.SignupId, cancellation))?.Attempts ?? 0, false);
        }

        if (!matches || !signup.MayBeVerified(time.GetUtcNow()))
        {
            return new(signup, signup.Attempts, false);
        }

        var hash = await EmailText.HashAsync(ring, signup.Email.Value, cancellation);
        await session.TakeAsync($"email {hash}", cancellation);
        return new(signup, signup.Attempts, true, await session.AccountOfAsync(hash, time.GetUtcNow(), cancellation), hash);
    }

    /// <summary>Prove the address: opens the account, or mints a new token for the owner who has one.</summary>
    [WolverinePost("/v1/auth/signup/verifications"), Public, Answers(201, 422), Calls(Outside.Stripe, Outside.Postmark), Extension]
    public static async Task<(Answer<ProvenAccount>, IEnumerable<IMartenOp>, OutgoingMessages)> Post(
        VerifySignup command, Proof proof, Catalog.CatalogStore catalog, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return proof is not { IsProven: true, Signup: { } signup, EmailHash: { } hash } ? Refuse(command.SignupId, proof, now)
            : proof.Account is { } account ? Recovery.Of(signup, account, now)
            : await Provisioning.OfAsync(signup, hash, catalog, ring, now, cancellation);
    }

    private static (Answer<ProvenAccount>, IEnumerable<IMartenOp>, OutgoingMessages) Refuse(string id, Proof proof, DateTimeOffset now)
    {
        var attempt = Math.Min(proof.Attempts + 1, PendingSignup.MaxAttempts);
        var refused = new Answer<ProvenAccount>(Problems.Because(
            422, "code_rejected", "The code is not good", "Codes are good once, for 48 hours and for ten tries",
            ("attemptsLeft", PendingSignup.MaxAttempts - attempt)));
        return (
            refused,
            attempt == proof.Attempts ? []
                : proof.Signup is { } signup ? [MartenOps.Append(id, signup.Version + 1, new SignupCodeRefused(attempt))]
                : [MartenOps.Store(new UnknownSignup(id, attempt, now + RememberUnknown))],
            []);
    }
}
