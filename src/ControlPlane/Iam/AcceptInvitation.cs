using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using ControlPlane.Signup;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Accepts an invitation.</summary>
/// <example>{ "displayName": "Bob", "termsVersion": "2026-06", "privacyVersion": "2026-06" }</example>
/// <param name="DisplayName">What the new principal is called; 1 to 100 characters.</param>
/// <param name="TermsVersion">The terms agreed to; today's.</param>
/// <param name="PrivacyVersion">The privacy notice read; today's.</param>
/// <param name="SubjectId">What names the new principal to the world; the invited address or Telegram id when left out.</param>
public sealed record AcceptInvitation(
    [property: Required, MaxLength(100)] Personal DisplayName, [property: Required, MaxLength(40)] string TermsVersion,
    [property: Required, MaxLength(40)] string PrivacyVersion, [property: StringLength(254, MinimumLength = 1)] Personal? SubjectId = null);

/// <summary>The new principal, with its first token: the secret is never shown again.</summary>
/// <param name="Principal">Who has joined.</param>
/// <param name="RoleAssignment">What he may do, and where.</param>
/// <param name="Token">His first token.</param>
public sealed record AcceptedInvitation(PrincipalView Principal, RoleAssignmentView RoleAssignment, MintedToken Token);

/// <summary>What an acceptance is decided on.</summary>
/// <param name="Tenant">The tenant that invites.</param>
/// <param name="Invitation">The invitation.</param>
/// <param name="Inviter">Who invited, as he is now.</param>
/// <param name="Subject">The subject id of the new principal.</param>
/// <param name="SubjectKey">The same as it is looked up.</param>
/// <param name="IsTaken">Whether a principal of the tenant has it already.</param>
/// <param name="RecoveryHash">The address by which the new principal can recover access; set for owners who have proven theirs.</param>
public sealed record AcceptanceCase(
    string Tenant, Invitation Invitation, Principal? Inviter, string Subject, string SubjectKey, bool IsTaken, string? RecoveryHash);

public static class AcceptInvitationEndpoint
{
    public static async Task<AcceptanceCase> LoadAsync(
        AcceptInvitation command, string token, HttpContext http, InvitationLimits limits, TenantDirectory tenants, IDocumentSession session, IDocumentStore store, KeyRing ring,
        TimeProvider time, CancellationToken cancellation)
    {
        if (limits.WaitFor(http.Connection.RemoteIpAddress?.ToString() ?? "") is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            throw new ProblemException(Problems.Because(429, "rate_limited", "Too many tries from this address", null, ("retryable", true)));
        }

        if (await session.LoadAsync<InvitationToken>(TokenFormat.HashOf(token), cancellation) is not { } known)
        {
            throw new ProblemException(Problems.NotFound());
        }

        if (await tenants.FindAsync(known.TenantId, cancellation) is not { State: TenantState.Active })
        {
            throw new ProblemException(Gone());
        }

        await session.TakeIamAsync(known.TenantId, cancellation);
        var home = session.ForTenant(known.TenantId);
        var invitation = (await home.LoadAsync<Invitation>(known.InvitationId, cancellation))!;
        await using var inviters = store.QuerySession(invitation.InviterTenantId);
        var subject = Subjects.Normal(command.SubjectId?.Value ?? invitation.Email?.Value ?? $"telegram:{invitation.TelegramUserId!.Value}");
        var key = await Subjects.KeyAsync(ring, known.TenantId, PrincipalType.User, subject, cancellation);
        return new(
            known.TenantId, invitation, await inviters.LoadAsync<Principal>(invitation.InvitedBy, cancellation), subject, key,
            await home.LoadAsync<PrincipalSubject>(key, cancellation) is not null,
            await RecoveryAsync(invitation, subject, session, ring, time.GetUtcNow(), cancellation));
    }

    public static ProblemDetails Validate(AcceptInvitation command, AcceptanceCase found, SignupSettings settings, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return found.Invitation.StateAt(now) switch
        {
            InvitationState.Accepted => Problems.Conflict("already_accepted", "The invitation was accepted before"),
            InvitationState.Revoked or InvitationState.Expired => Gone(),
            _ => Faults(command, settings).ToArray() is { Length: > 0 } faults
                    ? Problems.AgainstTheRules("acceptance_refused", "The invitation can't be accepted like this", faults)
                : found.Inviter?.MayHandOn(found.Invitation.Role, found.Invitation.Scope, found.Tenant, now) != true
                    ? Problems.Conflict("inviter_no_longer_allowed", "Whoever invited may no longer do so")
                : found.IsTaken ? Problems.Conflict("subject_taken", "Another principal of the tenant has this subject id")
                : WolverineContinue.NoProblems,
        };
    }

    /// <summary>Accept an invitation: a principal, its role assignment and its token.</summary>
    [WolverinePost("/v1/invitations/{token}/accept"), Public, Answers(201, 410, 422)]
    public static (Answer<AcceptedInvitation>, IEnumerable<IMartenOp>) Post(AcceptInvitation command, AcceptanceCase found, TimeProvider time)
    {
        var (tenant, invitation, id) = (found.Tenant, found.Invitation, Ids.New("prn"));
        var role = new RoleGranted(
            Ids.New("ras"), invitation.Role, invitation.Scope, found.Inviter!.EndOf(invitation.Role, invitation.Scope), GrantedVia.Invitation, invitation.InvitedBy);
        var minted = Minted.For(tenant, id, new Personal("invitation"), [], time.GetUtcNow() + Provisioning.TokenLifetime, id);
        var token = MintedToken.Of(minted);
        return (
            new(async (views, session, cancellation) => new(
                (await views.LoadAsync<PrincipalView>(id, session, cancellation))!,
                (await views.LoadAsync<RoleAssignmentView>(role.AssignmentId, session, cancellation))!,
                token), 201),
            [
                MartenOps.StartStream<Principal>(
                    id, tenantId: tenant, new PrincipalCreated(PrincipalType.User, new Personal(found.Subject), command.DisplayName, null, invitation.InvitedBy), role, minted.Event),
                new AppendToStream(invitation.Id, new InvitationAccepted(id, command.TermsVersion, command.PrivacyVersion))
                {
                    TenantId = tenant, ExpectedVersion = invitation.Version + 1,
                },
                MartenOps.Insert(new PrincipalSubject(found.SubjectKey, id), tenant),
                MartenOps.DeleteWhere<OpenInvitation>(open => open.InvitationId == invitation.Id, tenant),
                MartenOps.Store(minted.LookUp),
                .. found.RecoveryHash is { } hash ? [MartenOps.Store(new EmailAddress(hash, tenant, id))] : Array.Empty<IMartenOp>(),
            ]);
    }

    private static ProblemDetails Gone() => Problems.Because(410, "gone", "The invitation is no longer good");

    // The token came by mail, so the address is proven; where another account has it already, that one is recovered by it.
    private static async Task<string?> RecoveryAsync(
        Invitation invitation, string subject, IDocumentSession session, KeyRing ring, DateTimeOffset now, CancellationToken cancellation)
    {
        if (invitation is not { Role: Roles.Owner, Delivery: not null, Email: { } email } || email.Value != subject)
        {
            return null;
        }

        var hash = await EmailText.HashAsync(ring, subject, cancellation);
        await session.TakeAsync($"email {hash}", cancellation);
        return await session.AccountOfAsync(hash, now, cancellation) is null ? hash : null;
    }

    private static IEnumerable<Fault> Faults(AcceptInvitation command, SignupSettings settings)
    {
        if (command.TermsVersion != settings.TermsVersion)
        {
            yield return new("/termsVersion", "unknown_version", $"The terms of today are {settings.TermsVersion}");
        }

        if (command.PrivacyVersion != settings.PrivacyVersion)
        {
            yield return new("/privacyVersion", "unknown_version", $"The privacy notice of today is {settings.PrivacyVersion}");
        }
    }
}
