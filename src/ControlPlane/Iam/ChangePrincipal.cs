using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>Changes a principal; what is left out stays as it is.</summary>
/// <param name="SubjectId">Its new name to the world.</param>
/// <param name="DisplayName">What people call it from now on.</param>
/// <param name="NotAfter">When it expires; at once where the time is past, never again where it is null.</param>
public sealed record ChangePrincipal(
    [property: StringLength(254, MinimumLength = 1)] Personal? SubjectId = null,
    [property: StringLength(100, MinimumLength = 1)] Personal? DisplayName = null,
    Patched<DateTimeOffset> NotAfter = default);

/// <summary>What a change is decided on.</summary>
/// <param name="Self">Who changes it.</param>
/// <param name="HasOtherOwner">Whether the tenant has a lasting owner besides it.</param>
/// <param name="SubjectKey">Its new subject id as it is looked up, where it gets one.</param>
/// <param name="Namesake">Who has this subject id already.</param>
public sealed record ChangePrincipalCase(Principal Self, bool HasOtherOwner, string? SubjectKey, PrincipalSubject? Namesake);

public static class ChangePrincipalEndpoint
{
    public static async Task<ChangePrincipalCase> LoadAsync(
        ChangePrincipal command, string id, Caller caller, IDocumentSession session, IDocumentStore store, KeyRing ring, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        var key = command.SubjectId is { } subject && await session.LoadAsync<Principal>(id, cancellation) is { } named
            ? await Subjects.KeyAsync(ring, caller.TenantId, named.Type, subject.Value, cancellation)
            : null;
        return new(
            await caller.SelfAsync(store, cancellation),
            await session.HasAnotherAsync(id, cancellation),
            key,
            key is null ? null : await session.LoadAsync<PrincipalSubject>(key, cancellation));
    }

    public static ProblemDetails Validate(ChangePrincipal command, Principal principal, ChangePrincipalCase found, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return principal.Id != caller.PrincipalId && principal.IsAbove(found.Self, caller.TenantId, now) ? Delegation.AboveCaller()
            : principal.StateAt(now) == PrincipalState.Revoked ? Problems.InvalidState(PrincipalState.Revoked, Array.Empty<PrincipalState>())
            : IsExtended(command, principal) && found.Self.NotAfter is { } own && !(command.NotAfter.Value <= own) ? Delegation.Escalation(["notAfter"])
            : command.NotAfter.Value is not null && principal.IsLastingOwner(caller.TenantId) && !found.HasOtherOwner ? Owners.LastOwner()
            : found.Namesake is { } namesake && namesake.PrincipalId != principal.Id
                ? Problems.Conflict("subject_taken", "Another principal of the tenant has this subject id", ("principalId", namesake.PrincipalId))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Rename a principal's subject or set when it expires.</summary>
    [WolverinePatch("/v1/principals/{id}"), Requires("iam:write")]
    public static (Answer<PrincipalView>, EventsToAppend, Writes, OutgoingMessages) Patch(
        ChangePrincipal command, [WriteModel("id")] Principal principal, ChangePrincipalCase found, Caller caller, TimeProvider time)
    {
        var subject = command.SubjectId is { } given && new Personal(Subjects.Normal(given.Value)) is var normal && !normal.Equals(principal.SubjectId) ? normal : null;
        var name = command.DisplayName is { } called && !called.Equals(principal.DisplayName) ? called : null;
        EventsToAppend events = [.. ExpiryChange(command, principal, caller, time.GetUtcNow())];
        if (subject is not null || name is not null)
        {
            events.Add(new PrincipalRenamed(subject, name, caller.PrincipalId));
        }

        return (
            new(principal.Id),
            events,
            subject is null || found.Namesake is not null ? new() : new(
                MartenOps.DeleteWhere<PrincipalSubject>(named => named.PrincipalId == principal.Id),
                // Nobody has proven that the new address is his: it recovers no account.
                MartenOps.DeleteWhere<EmailAddress>(address => address.PrincipalId == principal.Id),
                MartenOps.Insert(new PrincipalSubject(found.SubjectKey!, principal.Id))),
            ExpirePrincipal.For(principal.Id, events.OfType<PrincipalExpiryChanged>().FirstOrDefault()?.NotAfter));
    }

    private static bool IsExtended(ChangePrincipal command, Principal principal) =>
        command.NotAfter.IsGiven && principal.NotAfter is { } end && !(command.NotAfter.Value <= end);

    private static IEnumerable<object> ExpiryChange(ChangePrincipal command, Principal principal, Caller caller, DateTimeOffset now)
    {
        // A time that is past means now; one that has passed already stays.
        var end = command.NotAfter.Value <= now ? principal.NotAfter <= now ? principal.NotAfter : now : command.NotAfter.Value;
        if (!command.NotAfter.IsGiven || end == principal.NotAfter)
        {
            yield break;
        }

        yield return new PrincipalExpiryChanged(end, caller.PrincipalId);
        foreach (var token in principal.Tokens.Where(token => token.ExpiresAt > end))
        {
            yield return new AccessTokenShortened(token.Id, end!.Value);
        }

        if (end <= now)
        {
            yield return new PrincipalExpired();
        }
    }
}
