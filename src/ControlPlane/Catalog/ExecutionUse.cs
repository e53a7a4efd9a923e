using ControlPlane.Hosting;
using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Catalog;

/// <summary>What the platform's own staff see of an execution profile.</summary>
/// <param name="Source">Where the profile comes from: <c>catalog</c>.</param>
/// <param name="ObservedAt">When the catalog was read.</param>
/// <param name="UsedBy">What depends on it; only where one profile is read.</param>
public sealed record ExecutionUse(string Source, DateTimeOffset ObservedAt, ExecutionUsers? UsedBy)
{
    private const string Living =
        $"select count(*) from {StoreModel.Schema}.mt_doc_instancecard where data ->> 'blueprintRef' = any($1) and state not in ('Deleted', 'Purged')";

    public static async Task<Func<CatalogEntry<ExecutionProfile>, ExecutionUse?>> ObserveAsync(HttpContext http)
    {
        if (!http.Caller().IsOfPlatform)
        {
            return _ => null;
        }

        var catalog = http.RequestServices.GetRequiredService<CatalogStore>().Current;
        var users = http.Request.RouteValues["name"] is string name ? await UsersAsync(http, catalog, name) : [];
        return entry => new("catalog", catalog.LoadedAt, users.GetValueOrDefault(entry.Ref));
    }

    // Of every version, for which one is shown is not decided here.
    private static async Task<Dictionary<string, ExecutionUsers>> UsersAsync(HttpContext http, CatalogSnapshot catalog, string name)
    {
        var database = http.RequestServices.GetRequiredService<NpgsqlDataSource>();
        var users = new Dictionary<string, ExecutionUsers>();
        foreach (var entry in catalog.All<ExecutionProfile>().Where(entry => entry.Name == name))
        {
            var classes = catalog.All<AgentClass>().Where(one => one.Spec.ExecutionRef.Value == entry.Ref).Select(one => one.Ref).ToArray();
            var blueprints = catalog.All<AgentBlueprint>().Where(one => one.Spec.AgentClassRef is { } used && classes.Contains(used.Value)).Select(one => one.Ref).ToArray();
            await using var count = database.CreateCommand(Living);
            count.Parameters.Add(new() { Value = blueprints });
            users[entry.Ref] = new(classes.Length, blueprints.Length, (long)(await count.ExecuteScalarAsync(http.RequestAborted))!);
        }

        return users;
    }
}

/// <summary>What depends on an execution profile.</summary>
/// <param name="AgentClasses">Agent classes that name it.</param>
/// <param name="Blueprints">Blueprints of these classes.</param>
/// <param name="Instances">Instances of these blueprints that are not deleted.</param>
public sealed record ExecutionUsers(int AgentClasses, int Blueprints, long Instances);
