using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;

namespace ControlPlane.Catalog;

/// <summary>Serves every kind that has an address, under the name of its folder.</summary>
public static class CatalogEndpoints
{
    public static void MapCatalog(this WebApplication app)
    {
        var reads = app.Services.GetRequiredService<CatalogReads>();
        foreach (var kind in app.Services.GetRequiredService<CatalogKinds>().All.Where(kind => kind.Address != CatalogAddress.None))
        {
            Map(app, kind, reads);
        }
    }

    private static void Map(WebApplication app, CatalogKind kind, CatalogReads reads)
    {
        var (path, kinds, one) = ($"/v1/{kind.Folder}", kind.Folder.Replace('-', ' '), Words.Of(kind.Name).Replace('_', ' '));
        var row = typeof(AnyOf<,>).MakeGenericType(kind.Document, typeof(CatalogSummary));
        var visible = kind.IsGated ? " that the caller's tier opens" : "";
        app.MapGet(path, http => reads.ListAsync(http, kind)).WithMetadata(
            new RequiresAttribute("catalog:read"), kind.Query,
            new OperationText("catalog", $"list{kind.Name}s", $"List the {kinds}{visible}.", typeof(Page<>).MakeGenericType(row)));

        var single = kind.Address == CatalogAddress.Ref
            ? app.MapGet($"{path}/{{ref}}", http => reads.OneByRefAsync(http, kind))
            : app.MapGet($"{path}/{{name}}", http => reads.OneByNameAsync(http, kind)).WithMetadata(kind.OneQuery);
        single.WithMetadata(
            new RequiresAttribute("catalog:read"),
            new OperationText("catalog", $"get{kind.Name}", $"Read one {one}{visible}, by {(kind.Address == CatalogAddress.Ref ? "id@version or id@latest" : "name")}.", kind.Document));
    }
}
