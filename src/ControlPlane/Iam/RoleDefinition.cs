namespace ControlPlane.Iam;

/// <summary>One of the five predefined roles.</summary>
/// <param name="Id">Names the role.</param>
/// <param name="Name">The same word: roles are few and fixed, and known by their names.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Permissions">What it allows.</param>
/// <param name="AssignableTo">What it can be granted for.</param>
public sealed record RoleDefinition(
    string Id, string Name, string Description, IReadOnlyList<string> Permissions, IReadOnlyList<ScopeKind> AssignableTo)
{
    private static readonly ScopeKind[] Whole = [ScopeKind.Platform, ScopeKind.Tenant];
    private static readonly ScopeKind[] Parts = [.. Whole, ScopeKind.AgentInstance, ScopeKind.Agent];

    public static IReadOnlyList<RoleDefinition> All { get; } = [.. Roles.Names.Select(Of)];

    public static RoleDefinition? Find(string name) => All.FirstOrDefault(role => role.Id == name);

    private static RoleDefinition Of(string name) => new(
        name, name, WordsOf(name), [.. Roles.PermissionsOf(name).Order(StringComparer.Ordinal)], name is Roles.Owner or Roles.Billing ? Whole : Parts);

    private static string WordsOf(string name) => name switch
    {
        Roles.Owner => "Everything, and the only one who ends the account.",
        Roles.Admin => "Runs the account and its people, but touches no owner and no money.",
        Roles.Operator => "Works with instances and agents, and sees no personal data of others.",
        Roles.Billing => "Plans, invoices and payment.",
        Roles.Auditor => "Reads everything, and decides how long the trail is kept.",
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
