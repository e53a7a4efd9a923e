using ControlPlane.Hosting;
using Wolverine.Http;

namespace ControlPlane.Iam;

/// <summary>Which page of the roles.</summary>
public sealed record RoleDefinitionsQuery : ListQuery;

public static class GetRoleDefinitionsEndpoint
{
    private const string List = "role-definitions";

    /// <summary>List the five predefined roles.</summary>
    [WolverineGet("/v1/role-definitions"), Requires("iam:read"), Query<RoleDefinitionsQuery>]
    public static async Task<Page<RoleDefinition>> Get(HttpContext http, [NotBody] Caller caller, Cursors cursors, History history, CancellationToken cancellation)
    {
        var query = http.Query<RoleDefinitionsQuery>();
        var asOf = await history.NowAsync(cancellation);
        var after = cursors.Read(caller.TenantId, List, query);
        var left = RoleDefinition.All.Skip(after is null ? 0 : Roles.Names.Index().First(role => role.Item == after).Index + 1).ToArray();
        var page = left.Take(query.Limit).ToArray();
        return new(page, left.Length > page.Length ? cursors.Make(caller.TenantId, List, query, page[^1].Id) : null, asOf);
    }
}

public static class GetRoleDefinitionEndpoint
{
    /// <summary>Read one role by its id or name.</summary>
    [WolverineGet("/v1/role-definitions/{id}"), Requires("iam:read")]
    public static Resource<RoleDefinition> Get(string id) => new(RoleDefinition.Find(id));
}
