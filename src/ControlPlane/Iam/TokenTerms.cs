using ControlPlane.Hosting;

namespace ControlPlane.Iam;

/// <summary>What a token will be allowed, with everything filled in that the command leaves out.</summary>
public sealed record TokenTerms(IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, string? Audience, IReadOnlyList<string> IpAllow)
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(365);

    /// <summary>A rotated token stays as it was and starts anew, a new one gets what the minting token has.</summary>
    public static TokenTerms Of(MintToken command, Principal target, AccessToken? rotated, Caller caller, DateTimeOffset now) => new(
        ScopesOf(command, target, rotated, caller, now),
        command.ExpiresAt ?? Earlier(now + DefaultLifetime, EndOf(target, caller)),
        command.Audience ?? (rotated is null ? caller.Credential.Audience : rotated.Audience),
        command.IpAllow ?? (rotated is null ? caller.Credential.IpAllow : rotated.IpAllow));

    /// <summary>No token outlives its principal or the token that it is minted with.</summary>
    public static DateTimeOffset EndOf(Principal target, Caller caller) => Earlier(caller.Credential.EndsAt, target.NotAfter);

    /// <summary>What is wrong with the command itself.</summary>
    public static IEnumerable<Fault> Faults(MintToken command, DateTimeOffset now)
    {
        foreach (var (scope, i) in (command.Scopes ?? []).Select((scope, i) => (scope, i)).Where(s => !Roles.Permissions.Contains(s.scope)))
        {
            yield return new($"/scopes/{i}", "not_one_of", $"There is no permission {scope}");
        }

        foreach (var (_, i) in (command.IpAllow ?? []).Select((network, i) => (network, i)).Where(n => !Networks.IsNetwork(n.network)))
        {
            yield return new($"/ipAllow/{i}", "format", "A network in CIDR notation is expected, such as 192.0.2.0/24");
        }

        if (command.ExpiresAt <= now || command.ExpiresAt > now + MaxLifetime)
        {
            yield return new("/expiresAt", "out_of_range", "A token ends in the future, and within 365 days");
        }

        if (command is { OverlapSeconds: not null, RotateFrom: null })
        {
            yield return new("/overlapSeconds", "out_of_place", "Only with rotateFrom is there an old secret");
        }
    }

    /// <summary>What goes beyond the caller or the principal that the token is for: permissions, and names of members.</summary>
    public IEnumerable<string> Excess(Principal target, bool isAboveCaller, Caller caller, DateTimeOffset now)
    {
        var held = target.GrantsAt(now).Where(grant => grant.Permissions.Count > 0).ToArray();
        var permissions = isAboveCaller || Scopes.Count == 0 ? All(held) : Scopes;
        var within = permissions.Where(permission => held.Length == 0
            ? caller.May(permission)
            : held.Any(grant => grant.Permissions.Contains(permission))
                && held.Where(grant => grant.Permissions.Contains(permission)).All(grant => caller.MayAt(permission, grant.Scope)));
        return permissions.Except(within)
            .Concat(ExpiresAt > EndOf(target, caller) ? ["expiresAt"] : [])
            .Concat(caller.Credential.Audience is { } audience && audience != Audience ? ["audience"] : [])
            .Concat(caller.Credential.Admits(IpAllow) ? [] : ["ipAllow"]);
    }

    // Without scopes a token follows whatever its principal comes to hold, and so only he himself can have one. Who holds nothing yet
    // gets one that will carry no more than the minter's.
    private static IReadOnlyList<string> ScopesOf(MintToken command, Principal target, AccessToken? rotated, Caller caller, DateTimeOffset now)
    {
        var isSelf = target.Id == caller.PrincipalId;
        var scopes = command.Scopes?.Distinct().ToArray() ?? rotated?.Scopes ?? (isSelf ? caller.Credential.Scopes : []);
        return scopes.Count > 0 || isSelf ? scopes
            : All(target.GrantsAt(now)) is { Length: > 0 } held ? held
            : [.. All(caller.Grants).Where(caller.May)];
    }

    private static string[] All(IEnumerable<Grant> grants) =>
        [.. grants.SelectMany(grant => grant.Permissions).Distinct().Order(StringComparer.Ordinal)];

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;
}
