using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>How to revoke a principal.</summary>
public sealed record RevocationQuery
{
    /// <summary>Says that one means to revoke oneself.</summary>
    public bool ConfirmSelf { get; init; }

    /// <summary>Also erases its personal data for ever; the tenant's history stays. May follow an earlier revocation.</summary>
    public bool Erase { get; init; }
}

/// <summary>What a revocation is decided on.</summary>
/// <param name="Self">Who revokes.</param>
/// <param name="HasOtherOwner">Whether the tenant has a lasting owner besides the principal.</param>
/// <param name="Issued">The invitations it has issued that are open, also those to other tenants.</param>
/// <param name="Accepted">Those it has accepted.</param>
public sealed record RevocationCase(Principal Self, bool HasOtherOwner, IReadOnlyList<Invitation> Issued, IReadOnlyList<Invitation> Accepted);

public static class RevokePrincipalEndpoint
{
    public static async Task<RevocationCase> LoadAsync(
        string id, [NotBody] Caller caller, IDocumentSession session, IDocumentStore store, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        return new(
            await caller.SelfAsync(store, cancellation),
            await session.HasAnotherAsync(id, cancellation),
            await session.Query<Invitation>().Where(issued => issued.AnyTenant() && issued.InvitedBy == id && issued.State == InvitationState.Pending).ToListAsync(cancellation),
            await session.Query<Invitation>().Where(accepted => accepted.PrincipalId == id).ToListAsync(cancellation));
    }

    public static ProblemDetails Validate([NotBody] Principal principal, [NotBody] RevocationCase found, [NotBody] Caller caller, HttpContext http, TimeProvider time) =>
        principal.Id != caller.PrincipalId && principal.IsAbove(found.Self, caller.TenantId, time.GetUtcNow()) ? Delegation.AboveCaller()
        : principal.IsLastingOwner(caller.TenantId) && !found.HasOtherOwner ? Owners.LastOwner()
        : principal.Id == caller.PrincipalId && !http.Query<RevocationQuery>().ConfirmSelf
            ? Problems.Conflict("confirmation_needed", "Whoever revokes himself says confirmSelf=true")
        : WolverineContinue.NoProblems;

    /// <summary>Revoke a principal with its role assignments, tokens and open invitations; they are refused from here on.</summary>
    [WolverineDelete("/v1/principals/{id}"), Requires("iam:write"), Query<RevocationQuery>]
    public static (Answer<Nothing>, EventsToAppend, Writes) Delete(
        [WriteModel("id")] Principal principal, [NotBody] RevocationCase found, [NotBody] Caller caller, HttpContext http)
    {
        var isErased = http.Query<RevocationQuery>().Erase && principal.ErasedAt is null;
        EventsToAppend events = principal.RevokedAt is null ? [.. Cascade(principal, caller.PrincipalId)] : [];
        if (isErased)
        {
            events.Add(new PrincipalErased(caller.PrincipalId));
        }

        var tokens = principal.Tokens.Select(token => token.Id).ToArray();
        return (
            Answer.None(events.Count > 0 ? principal.Id : null),
            events,
            new(
            [
                MartenOps.DeleteWhere<TokenSecret>(secret => secret.TokenId.IsOneOf(tokens)),
                MartenOps.DeleteWhere<EmailAddress>(address => address.PrincipalId == principal.Id),
                .. found.Issued.SelectMany(invitation => Withdraw(invitation, caller.PrincipalId)),
                .. isErased ? Erase(principal.Id, found.Accepted) : [],
            ]));
    }

    private static IEnumerable<IMartenOp> Withdraw(Invitation invitation, string by) =>
    [
        new AppendToStream(invitation.Id, new InvitationRevoked(InvitationRevocation.InviterRevoked, by))
        {
            TenantId = HostOf(invitation), ExpectedVersion = invitation.Version + 1,
        },
        MartenOps.DeleteWhere<OpenInvitation>(open => open.InvitationId == invitation.Id, HostOf(invitation)),
    ];

    private static string HostOf(Invitation invitation) => ScopePaths.TenantOf(invitation.Scope) ?? Tenant.Platform;

    // What invited the person tells of the person too.
    private static IEnumerable<IMartenOp> Erase(string principalId, IEnumerable<Invitation> accepted) =>
    [
        MartenOps.DeleteWhere<PrincipalSubject>(named => named.PrincipalId == principalId),
        new DestroyKey(principalId),
        .. accepted.Select(invitation => new DestroyKey(invitation.Id)),
    ];

    private static IEnumerable<object> Cascade(Principal principal, string by) =>
    [
        new PrincipalRevoked(by),
        .. principal.Assignments.Select(held => new RoleRevoked(held.Id, RoleRevocation.PrincipalRevoked, by)),
        .. principal.Tokens.Select(token => new AccessTokenRevoked(token.Id, TokenRevocation.PrincipalRevoked, by)),
    ];
}
