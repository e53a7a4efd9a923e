using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Signup;

/// <summary>What follows from a proven address that an owner has already: a new token for him.</summary>
public static class Recovery
{
    public static (Answer<ProvenAccount>, IEnumerable<IMartenOp>, OutgoingMessages) Of(PendingSignup signup, OwnedAccount account, DateTimeOffset now)
    {
        var ((tenant, owner), home) = (account, account.Tenant.Id);
        var minted = Minted.For(home, owner.Id, new Personal("recovery"), [], owner.NotAfter < now + Provisioning.TokenLifetime ? owner.NotAfter.Value : now + Provisioning.TokenLifetime, owner.Id);
        var role = owner.Assignments.First(assignment => assignment.Role == Roles.Owner && assignment.HoldsAt(now));
        var toEnd = Surplus(owner, now);
        return (
            new(new ProvenAccount(
                new(home, tenant.Name, tenant.Country, tenant.Locale, tenant.Tier),
                new(owner.Id, owner.Type, owner.DisplayName),
                new(role.Id, role.Role, role.Scope),
                new(minted.Event.TokenId, owner.Id, minted.Secret, [], minted.Event.ExpiresAt, null, [], null)), 201),
            [
                new AppendToStream(owner.Id, [.. toEnd.Select(token => (object)new AccessTokenRevoked(token, TokenRevocation.Ceiling, owner.Id)), minted.Event])
                {
                    TenantId = home, ExpectedVersion = owner.Version + toEnd.Length + 1,
                },
                MartenOps.Store(minted.LookUp),
                .. toEnd.Select(token => MartenOps.DeleteWhere<TokenSecret>(secret => secret.TokenId == token)),
                MartenOps.Append(signup.Id, signup.Version + 1, new SignupVerified(home, owner.Id, SignupOutcome.Recovered)),
            ],
            [new ForgetSignup(signup.Id)]);
    }

    /// <summary>Who has lost access can't make room for a token himself: the oldest give way.</summary>
    private static string[] Surplus(Principal owner, DateTimeOffset now)
    {
        var live = owner.Tokens.Where(token => token.ExpiresAt > now).Select(token => token.Id).Order(StringComparer.Ordinal).ToArray();
        return live[..Math.Max(0, live.Length + 1 - MintTokenEndpoint.MaxTokens)];
    }
}
