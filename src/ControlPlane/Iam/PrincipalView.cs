using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Marten;

namespace ControlPlane.Iam;

/// <summary>An identity in the tenant with what it holds.</summary>
/// <param name="Id">Id of the principal.</param>
/// <param name="Type">User, service or agent.</param>
/// <param name="SubjectId">What names it to the world; masked without <c>iam:read_personal</c>.</param>
/// <param name="DisplayName">What people call it; masked without <c>iam:read_personal</c>.</param>
/// <param name="State">Active, expired or revoked.</param>
/// <param name="NotAfter">When it expires by itself.</param>
/// <param name="Roles">The roles that are in force.</param>
/// <param name="Permissions">The single permissions that it holds everywhere, beside its roles.</param>
/// <param name="Tokens">Its tokens, but for the revoked ones.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it was revoked.</param>
/// <param name="ErasedAt">When its personal data was erased.</param>
public sealed record PrincipalView(
    string Id, PrincipalType Type, Personal SubjectId, Personal DisplayName, PrincipalState State, DateTimeOffset? NotAfter,
    IReadOnlyList<HeldRole> Roles, IReadOnlyList<string> Permissions, IReadOnlyList<TokenSummary> Tokens,
    string? CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, DateTimeOffset? ErasedAt) : IVersioned
{
    long IVersioned.Version => Version;

    internal long Version { get; init; }
}

/// <summary>A role in force.</summary>
/// <param name="AssignmentId">Id of its assignment.</param>
/// <param name="Role">One of the five roles.</param>
/// <param name="Scope">The path; it covers all below it.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
public sealed record HeldRole(string AssignmentId, string Role, string Scope, DateTimeOffset? ExpiresAt);

/// <summary>A token in short.</summary>
/// <param name="Id">Id of the token.</param>
/// <param name="Hint">The last four characters of its secret.</param>
/// <param name="Scopes">The permissions it carries; empty means all that its principal holds.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When it was last used, to the day; absent in the past and before its first use.</param>
public sealed record TokenSummary(string Id, string? Hint, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>Shows principals to whoever asks, with as much of them as he may read.</summary>
public sealed class PrincipalViews(IHttpContextAccessor http, TokenUses uses, TimeProvider time) : IShow<PrincipalView>
{
    public async Task<PrincipalView?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation) =>
        (session.Pending<Principal>(principal => principal.Id == id) ?? await session.LoadAsync<Principal>(id, cancellation)) is { } found
            ? Of(found, time.GetUtcNow(), await uses.OfAsync(session.TenantId, id, cancellation))
            : null;

    public static string PathOf(string id) => $"/v1/principals/{id}";

    public PrincipalView Of(Principal principal, DateTimeOffset at, IReadOnlyDictionary<string, DateTimeOffset>? lastUses = null)
    {
        var mayRead = http.HttpContext?.Features.Get<Caller>().MayReadPersonal(principal.Id) == true;
        return new(
            principal.Id, principal.Type, Masks.Unless(mayRead, principal.SubjectId)!, Masks.Unless(mayRead, principal.DisplayName)!,
            principal.StateAt(at), principal.NotAfter,
            [.. principal.Assignments.Where(held => held.HoldsAt(at)).Select(held => new HeldRole(held.Id, held.Role, held.Scope, held.ExpiresAt))],
            principal.Permissions,
            [.. principal.Tokens.Select(token => new TokenSummary(
                token.Id, token.Hint, token.Scopes, token.ExpiresAt, lastUses?.TryGetValue(token.Id, out var used) == true ? used : null))],
            principal.CreatedBy, principal.CreatedAt, principal.RevokedAt, principal.ErasedAt)
        {
            Version = principal.Version,
        };
    }
}
