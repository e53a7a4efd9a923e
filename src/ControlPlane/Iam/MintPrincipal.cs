using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Makes a principal, grants it roles and mints its first token.</summary>
/// <example>{ "type": "service", "subjectId": "deploy-bot", "displayName": "Deploy bot", "roles": [{ "role": "operator" }] }</example>
/// <param name="Type">User, service or agent.</param>
/// <param name="SubjectId">What names it to the world: an e-mail address, <c>telegram:</c> and an id, or a service's name; unique by type.</param>
/// <param name="DisplayName">What people call it; 1 to 100 characters.</param>
/// <param name="NotAfter">When it expires by itself; never when left out, unless the caller expires.</param>
/// <param name="Roles">The roles it starts with; none that goes beyond the caller's.</param>
/// <param name="Token">Terms of its first token.</param>
public sealed record MintPrincipal(
    PrincipalType Type,
    [property: Required, MaxLength(254)] Personal SubjectId,
    [property: Required, MaxLength(100)] Personal DisplayName,
    DateTimeOffset? NotAfter = null,
    [property: MaxLength(20)] IReadOnlyList<FirstRole>? Roles = null,
    FirstToken? Token = null);

/// <summary>A role to start with.</summary>
/// <param name="Role">One of the five roles, by id or name.</param>
/// <param name="Scope">Where it holds; the whole tenant when left out.</param>
public sealed record FirstRole([property: Required, MaxLength(40)] string Role, GrantScope? Scope = null);

/// <summary>Terms of a first token.</summary>
/// <param name="Name">What people call it; <c>first</c> when left out.</param>
/// <param name="ExpiresAt">When it ends; 90 days from now when left out, and never after the caller's own token or its principal.</param>
/// <param name="Scopes">The permissions it carries; all that its principal starts with when left out, or what the caller's token carries where it has no role yet.</param>
public sealed record FirstToken(
    [property: MaxLength(100)] Personal? Name = null, DateTimeOffset? ExpiresAt = null, [property: MinLength(1), MaxLength(40)] IReadOnlyList<string>? Scopes = null);

/// <summary>A new principal, with the secret of its first token, which is never shown again.</summary>
/// <param name="Principal">The principal.</param>
/// <param name="Token">Its token.</param>
public sealed record MintedPrincipal(PrincipalView Principal, MintedToken Token);

/// <summary>What the making of a principal is decided on.</summary>
/// <param name="Self">Who makes it.</param>
/// <param name="SubjectKey">Its subject id as it is looked up.</param>
/// <param name="Namesake">Who has this subject id already.</param>
/// <param name="Principal">It itself, as it will be without its token.</param>
/// <param name="Absent">The scopes at which there is nothing.</param>
public sealed record MintPrincipalCase(Principal Self, string SubjectKey, PrincipalSubject? Namesake, Principal Principal, IReadOnlyCollection<string> Absent);

public static class MintPrincipalEndpoint
{
    public static async Task<MintPrincipalCase> LoadAsync(
        MintPrincipal command, Caller caller, IDocumentSession session, IDocumentStore store, KeyRing ring, CancellationToken cancellation)
    {
        await session.TakeIamAsync(caller.TenantId, cancellation);
        var self = await caller.SelfAsync(store, cancellation);
        var key = await Subjects.KeyAsync(ring, caller.TenantId, command.Type, command.SubjectId.Value, cancellation);
        var principal = Draft(command, caller.TenantId, self);
        var absent = new List<string>();
        foreach (var scope in principal.Assignments.Select(held => held.Scope))
        {
            if (!await session.IsThereAsync(scope, cancellation))
            {
                absent.Add(scope);
            }
        }

        return new(self, key, await session.LoadAsync<PrincipalSubject>(key, cancellation), principal, absent);
    }

    public static ProblemDetails Validate(MintPrincipal command, MintPrincipalCase found, Caller caller, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return Faults(command, now).ToArray() is { Length: > 0 } faults ? Problems.Malformed(faults)
            : command.NotAfter > found.Self.NotAfter ? Delegation.Escalation(["notAfter"])
            : found.Principal.Assignments.Select((held, i) =>
                GrantRules.Refuse(caller, found.Self, held.Role, held.Scope, !found.Absent.Contains(held.Scope), null, $"/roles/{i}"))
                .FirstOrDefault(no => no is not null) is { } no ? no
            : Terms(command, found.Principal, caller, now).Excess(found.Principal, isAboveCaller: false, caller, now).ToArray() is { Length: > 0 } excess
                ? Delegation.Escalation(excess)
            : found.Namesake is { PrincipalId: var namesake }
                ? Problems.Conflict("subject_taken", "Another principal of the tenant has this subject id", ("principalId", namesake))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Mint a principal and its token.</summary>
    [WolverinePost("/v1/principals"), Requires("iam:write"), Answers(201, 422)]
    public static (Answer<MintedPrincipal>, IEnumerable<IMartenOp>, OutgoingMessages) Post(
        MintPrincipal command, MintPrincipalCase found, Caller caller, TimeProvider time)
    {
        var principal = found.Principal;
        var terms = Terms(command, principal, caller, time.GetUtcNow());
        var minted = Minted.For(
            caller.TenantId, principal.Id, command.Token?.Name ?? new("first"), terms.Scopes, terms.ExpiresAt, caller.PrincipalId, terms.Audience, terms.IpAllow);
        var token = MintedToken.Of(minted);
        return (
            new(async (views, session, cancellation) => new((await views.LoadAsync<PrincipalView>(principal.Id, session, cancellation))!, token), 201, PrincipalViews.PathOf(principal.Id)),
            [
                MartenOps.StartStream<Principal>(principal.Id, [
                    new PrincipalCreated(principal.Type, principal.SubjectId, principal.DisplayName, principal.NotAfter, caller.PrincipalId),
                    .. principal.Assignments.Select(held => new RoleGranted(held.Id, held.Role, held.Scope, held.ExpiresAt, GrantedVia.Direct, caller.PrincipalId)),
                    minted.Event,
                ]),
                MartenOps.Insert(new PrincipalSubject(found.SubjectKey, principal.Id)),
                MartenOps.Store(minted.LookUp),
            ],
            ExpirePrincipal.For(principal.Id, principal.NotAfter));
    }

    private static Principal Draft(MintPrincipal command, string tenant, Principal self) => new(
        Ids.New("prn"), command.Type, new Personal(Subjects.Normal(command.SubjectId.Value)), command.DisplayName, command.NotAfter ?? self.NotAfter)
    {
        Assignments =
        [
            .. (command.Roles ?? []).Select(given => (given.Role, Scope: given.Scope?.In(tenant) ?? ScopePaths.OfTenant(tenant))).Distinct()
                .Select(given => new Assignment(Ids.New("ras"), given.Role, given.Scope, self.EndOf(given.Role, given.Scope))),
        ],
    };

    private static IEnumerable<Fault> Faults(MintPrincipal command, DateTimeOffset now) =>
    [
        .. command.NotAfter <= now ? [new Fault("/notAfter", "out_of_range", "A time in the future is expected")] : Array.Empty<Fault>(),
        .. (command.Roles ?? []).SelectMany((given, i) => GrantRules.Faults(given.Role, null, now, $"/roles/{i}")),
        .. TokenTerms.Faults(TokenOf(command, ""), now).Select(fault => fault with { Pointer = $"/token{fault.Pointer}" }),
    ];

    private static TokenTerms Terms(MintPrincipal command, Principal principal, Caller caller, DateTimeOffset now) =>
        TokenTerms.Of(TokenOf(command, principal.Id), principal, null, caller, now);

    private static MintToken TokenOf(MintPrincipal command, string principalId) =>
        new(command.Token?.Name ?? new("first"), principalId, command.Token?.Scopes, command.Token?.ExpiresAt, null, null, null, null);
}
