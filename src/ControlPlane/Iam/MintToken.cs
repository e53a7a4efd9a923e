using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Mints a token, or gives one a new secret.</summary>
/// <example>{ "name": "laptop", "scopes": ["catalog:read"] }</example>
/// <param name="Name">What people call the token; 1 to 100 characters.</param>
/// <param name="PrincipalId">Whose it will be: the caller's when left out, another principal's of the tenant with <c>tokens:write</c>.</param>
/// <param name="Scopes">The permissions it carries; all that the caller's token carries when left out.</param>
/// <param name="ExpiresAt">When it ends; 90 days from now when left out, at most 365, and never after the caller's own token or its principal.</param>
/// <param name="Audience">Where it is meant to be used, for an edge to compare.</param>
/// <param name="IpAllow">The networks it may be used from, in CIDR notation; anywhere when left out.</param>
/// <param name="RotateFrom">The token that gets a new secret and keeps its id; scopes, audience and networks stay as they were where they are left out.</param>
/// <param name="OverlapSeconds">How long the old secret is honoured beside the new one; at most seven days.</param>
public sealed record MintToken(
    [property: Required, MaxLength(100)] Personal Name,
    string? PrincipalId,
    [property: MinLength(1), MaxLength(40)] IReadOnlyList<string>? Scopes,
    DateTimeOffset? ExpiresAt,
    [property: StringLength(200, MinimumLength = 1)] string? Audience,
    [property: MinLength(1), MaxLength(50)] IReadOnlyList<string>? IpAllow,
    string? RotateFrom,
    [property: Range(0, 604_800)] int? OverlapSeconds);

/// <summary>A token with its new secret, which is never shown again.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="PrincipalId">Whose it is.</param>
/// <param name="Secret">What to send as bearer; null in a repetition of the answer.</param>
/// <param name="Scopes">The permissions it carries; empty means all that its principal holds.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Audience">Where it is meant to be used.</param>
/// <param name="IpAllow">The networks it may be used from; empty means anywhere.</param>
/// <param name="OldSecretEndsAt">After a rotation: until when the secret before is honoured.</param>
public sealed record MintedToken(
    string Id, string PrincipalId, [property: Secret] string? Secret, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt,
    string? Audience, IReadOnlyList<string> IpAllow, DateTimeOffset? OldSecretEndsAt)
{
    /// <summary>A token that is new.</summary>
    public static MintedToken Of(Minted minted) => new(
        minted.Event.TokenId, minted.LookUp.PrincipalId, minted.Secret, minted.Event.Scopes, minted.Event.ExpiresAt,
        minted.Event.Audience, minted.Event.IpAllow ?? [], null);
}

public static class MintTokenEndpoint
{
    /// <summary>How many tokens that work a principal may have.</summary>
    public const int MaxTokens = 20;

    public static async Task<MintCase> LoadAsync(
        MintToken command, Caller caller, IQuerySession session, IDocumentStore store, TimeProvider time, CancellationToken cancellation)
    {
        var owner = command.PrincipalId ?? caller.PrincipalId;
        var target = await session.LoadAsync<Principal>(owner, cancellation);
        var isAbove = target is not null && owner != caller.PrincipalId
            && target.IsAbove(await caller.SelfAsync(store, cancellation), caller.TenantId, time.GetUtcNow());
        var rotated = command.RotateFrom is { } id ? await session.LoadAsync<AccessToken>(id, cancellation) : null;
        return rotated?.PrincipalId != owner
            ? new(target, isAbove, null, [])
            : new(target, isAbove, rotated, await session.Query<TokenSecret>().Where(secret => secret.TokenId == rotated.Id).ToListAsync(cancellation));
    }

    public static ProblemDetails Validate(MintToken command, MintCase found, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var isSelf = (command.PrincipalId ?? caller.PrincipalId) == caller.PrincipalId;
        var faults = TokenTerms.Faults(command, now).ToArray();
        return faults.Length > 0 ? Problems.Malformed(faults)
            : !isSelf && !caller.May("tokens:write") ? Problems.Forbidden("tokens:write")
            : found.Target is not { } target ? isSelf ? Problems.Forbidden() : Problems.NotFound()
            : command.RotateFrom is not null && found.Rotated is null ? Problems.NotFound()
            : found.Rotated is { } rotated && rotated.StateAt(now) is not TokenState.Active
                ? Problems.InvalidState(rotated.StateAt(now), Array.Empty<TokenState>())
            : target.StateAt(now) is not PrincipalState.Active and var ended ? Problems.InvalidState(ended, Array.Empty<PrincipalState>())
            : TokenTerms.Of(command, target, found.Rotated, caller, now).Excess(target, found.IsAboveCaller, caller, now).ToArray() is { Length: > 0 } excess
                ? Problems.Because(
                    403, "privilege_escalation", "Nobody mints what he or its holder does not hold", null,
                    ("excess", excess), ("notAfter", TokenTerms.EndOf(target, caller)))
            : found.Rotated is null && target.LiveTokens(now) >= MaxTokens
                ? Problems.Conflict("too_many_tokens", "The principal has as many tokens as it may", ("limit", MaxTokens))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Mint a personal access token for oneself; for another principal with tokens:write.</summary>
    [WolverinePost("/v1/auth/tokens"), Authenticated, Answers(201, 404)]
    public static (Answer<MintedToken>, IEnumerable<IMartenOp>) Post(MintToken command, MintCase found, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var target = found.Target!;
        var terms = TokenTerms.Of(command, target, found.Rotated, caller, now);
        DateTimeOffset? oldEndsAt = found.Rotated is null ? null : now.AddSeconds(command.OverlapSeconds ?? 0);
        var minted = Minted.For(
            caller.TenantId, target.Id, command.Name, terms.Scopes, terms.ExpiresAt, caller.PrincipalId, terms.Audience, terms.IpAllow, found.Rotated?.Id);
        return (
            new(new MintedToken(
                minted.Event.TokenId, target.Id, minted.Secret, terms.Scopes, terms.ExpiresAt, terms.Audience, terms.IpAllow, oldEndsAt), 201),
            [
                // The version read is the version written to: the limit on tokens can't be overrun by two requests at once.
                MartenOps.Append(target.Id, target.Version + 1, oldEndsAt is { } end ? minted.AsRotation(end) : minted.Event),
                MartenOps.Store(minted.LookUp),
                .. found.Secrets.Select(secret => Until(secret, oldEndsAt!.Value, now)),
            ]);
    }

    // What opens nothing any more is not kept either.
    private static IMartenOp Until(TokenSecret secret, DateTimeOffset end, DateTimeOffset now) =>
        end <= now || secret.ValidUntil <= now ? MartenOps.Delete(secret)
        : MartenOps.Store(secret.ValidUntil <= end ? secret : secret with { ValidUntil = end });
}
