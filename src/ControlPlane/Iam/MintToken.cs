using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>Mints a token for the caller.</summary>
/// <param name="Name">What people call the token; 1 to 100 characters.</param>
/// <param name="Scopes">The permissions it carries; all that the caller holds when left out.</param>
/// <param name="ExpiresAt">When it ends; 90 days from now when left out, at most 365.</param>
public sealed record MintToken(
    [property: Required, MaxLength(100)] Personal Name, [property: MaxLength(40)] IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt);

/// <summary>A token that was just minted, with its secret: it is never shown again.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="PrincipalId">Whose it is.</param>
/// <param name="Secret">What to send as bearer; null in a repetition of the answer.</param>
/// <param name="Scopes">The permissions it carries; empty means all that its principal holds.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record MintedToken(string Id, string PrincipalId, [property: Secret] string? Secret, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);

public static class MintTokenEndpoint
{
    private const int MaxTokens = 20;
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(365);

    public static Task<Principal?> LoadAsync(Caller caller, IQuerySession session, CancellationToken cancellation) =>
        session.LoadAsync<Principal>(caller.PrincipalId, cancellation);

    public static ProblemDetails Validate(MintToken command, Principal? principal, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var unknown = (command.Scopes ?? []).Select((scope, i) => (scope, i)).Where(s => !Roles.Permissions.Contains(s.scope)).ToArray();
        var excess = (command.Scopes ?? []).Where(scope => !caller.Grants.Any(grant => grant.Permissions.Contains(scope))).ToArray();
        return unknown.Length > 0
                ? Problems.Malformed([.. unknown.Select(s => new Fault($"/scopes/{s.i}", "not_one_of", "There is no such permission"))])
            : command.ExpiresAt is { } end && (end <= now || end > now + MaxLifetime)
                ? Problems.Malformed("/expiresAt", "out_of_range", "A token ends in the future, and within 365 days")
            : excess.Length > 0
                ? Problems.Because(403, "privilege_escalation", "Nobody mints what he does not hold", null, ("excess", excess))
            : principal is null
                ? Problems.Forbidden()
            : command.ExpiresAt > principal.NotAfter
                ? Problems.Because(403, "privilege_escalation", "A token does not outlive its principal", null, ("notAfter", principal.NotAfter))
            : principal.LiveTokens(now) >= MaxTokens
                ? Problems.Conflict("too_many_tokens", "The principal has as many tokens as it may", ("limit", MaxTokens))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Mint a personal access token for oneself.</summary>
    [WolverinePost("/v1/auth/tokens"), Authenticated]
    public static (Answer<MintedToken>, IMartenOp, IMartenOp) Post(MintToken command, Principal principal, Caller caller, TimeProvider time)
    {
        var expiresAt = command.ExpiresAt ?? Earlier(time.GetUtcNow() + DefaultLifetime, principal.NotAfter);
        var minted = Minted.For(caller.HomeTenantId, caller.PrincipalId, command.Name, ScopesFor(command, caller, principal), expiresAt, caller.PrincipalId);
        return (
            new(new MintedToken(minted.Event.TokenId, caller.PrincipalId, minted.Secret, minted.Event.Scopes, expiresAt), 201),
            // The version read is the version written to: the limit on tokens can't be overrun by two requests at once.
            MartenOps.Append(caller.PrincipalId, principal.Version + 1, minted.Event),
            MartenOps.Store(minted.LookUp));
    }

    // A token that carries fewer permissions than its principal can't mint one that carries more.
    private static IReadOnlyList<string> ScopesFor(MintToken command, Caller caller, Principal principal) =>
        command.Scopes
        ?? principal.Tokens.FirstOrDefault(token => token.Id == caller.TokenId)?.Scopes
        ?? [];

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;
}
