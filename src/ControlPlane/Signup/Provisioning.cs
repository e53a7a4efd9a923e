using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Signup;

/// <summary>What follows from a proven address that nobody has: tenant, owner, role and token in one transaction, the outside world after it.</summary>
public static class Provisioning
{
    /// <summary>How long the first token, and one that was recovered, is good.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(90);

    public static async Task<(Answer<ProvenAccount>, IEnumerable<IMartenOp>, OutgoingMessages)> OfAsync(
        PendingSignup signup, string emailHash, CatalogStore catalog, KeyRing ring, DateTimeOffset now, CancellationToken cancellation)
    {
        var (tenant, owner) = (Ids.New("ten"), Ids.New("prn"));
        var role = new RoleGranted(Ids.New("ras"), Roles.Owner, $"/tenants/{tenant}", null, GrantedVia.Signup, owner);
        var minted = Minted.For(tenant, owner, new Personal("signup"), [], now + TokenLifetime, owner);
        var offer = OfferRef.Parse(signup.OfferRef!)!.Value;
        var account = BillingAccount.IdOf(tenant);
        var subject = await Subjects.KeyAsync(ring, tenant, PrincipalType.User, signup.Email.Value, cancellation);
        return (
            new(new ProvenAccount(
                new(tenant, signup.DisplayName, signup.Country, signup.Locale, Tier.Solo),
                new(owner, PrincipalType.User, signup.DisplayName),
                new(role.AssignmentId, role.Role, role.Scope),
                new(minted.Event.TokenId, owner, minted.Secret, [], minted.Event.ExpiresAt, null, [], null)), 201),
            [
                MartenOps.StartStream<Tenant>(tenant, tenantId: tenant, new TenantCreated(
                    signup.DisplayName.Copy(), signup.Country, signup.Locale, signup.TermsVersion, signup.PrivacyVersion, signup.MarketingConsent, owner)),
                MartenOps.StartStream<Principal>(owner, tenantId: tenant,
                    new PrincipalCreated(PrincipalType.User, signup.Email.Copy(), signup.DisplayName.Copy(), null, owner), role, minted.Event),
                MartenOps.StartStream<BillingAccount>(account, tenantId: tenant,
                    new BillingAccountOpened(owner, offer.Value, BillingCurrency.For(catalog.Offer(offer)!, signup.Country))),
                MartenOps.Store(minted.LookUp),
                MartenOps.Store(new EmailAddress(emailHash, tenant, owner)),
                MartenOps.Insert(new PrincipalSubject(subject, owner), tenant),
                MartenOps.Append(signup.Id, signup.Version + 1, new SignupVerified(tenant, owner, SignupOutcome.Provisioned)),
            ],
            [
                new CreateStripeCustomer(account).WithTenantId(tenant),
                new SendWelcomeLetter(owner).WithTenantId(tenant),
                new ForgetSignup(signup.Id),
            ]);
    }
}
