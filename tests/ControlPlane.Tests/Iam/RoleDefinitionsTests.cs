using System.Text.Json.Nodes;

namespace ControlPlane.Tests.Iam;

public class RoleDefinitionsTests(App app) : AppTest(app)
{
    private const string All = "/v1/role-definitions";

    [Fact]
    public async Task there_are_five_and_each_allows_what_the_table_says()
    {
        var roles = (await Get(All)).Body!["items"]!.AsArray();

        roles.Select(role => (string?)role!["id"]).ShouldBe(["owner", "admin", "operator", "billing", "auditor"]);
        foreach (var role in roles)
        {
            Permissions(role!).ShouldBe(Contract.Tables.Roles.Where(held => held.Contains((string)role!["id"]!)).Select(held => held.Key).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task one_is_read_by_its_name_and_known_by_its_tag()
    {
        var read = await Get($"{All}/operator");

        (read.Status, read.Text("name")).ShouldBe((200, "operator"));
        read.Body!["assignableTo"]!.ToJsonString().ShouldBe("""["platform","tenant","agent_instance","agent"]""");
        (await Get($"{All}/operator", headers: ("If-None-Match", read.Headers["ETag"]))).Status.ShouldBe(304);
        (await Get($"{All}/emperor")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task they_come_in_pages_like_everything()
    {
        var first = await Get($"{All}?limit=3");
        var second = await Get($"{All}?limit=3&cursor={first.Text("nextCursor")}");

        second.Body!["items"]!.AsArray().Select(role => (string?)role!["id"]).ShouldBe(["billing", "auditor"]);
        second.Text("nextCursor").ShouldBeNull();
    }

    [Fact]
    public async Task who_may_not_read_identities_does_not_read_roles() =>
        (await Get(All, await Join("billing", $"/tenants/{Tenant}"))).Text("missingPermission").ShouldBe("iam:read");

    private static string[] Permissions(JsonNode role) => [.. role["permissions"]!.AsArray().Select(permission => (string)permission!)];
}
