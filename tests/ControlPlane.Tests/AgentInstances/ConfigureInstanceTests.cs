namespace ControlPlane.Tests.AgentInstances;

public class ConfigureInstanceTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task a_patch_changes_what_it_names_and_counts_the_generation()
    {
        var id = await Draft();

        var changed = await Patch(id, """{"language":"fr","workspace":{"keepVersions":null}}""");

        changed.ShouldHave(200);
        ((int?)changed.Body!["generation"], changed.Body["config"]!["workspace"]!.ToJsonString()).ShouldBe((2, "{}"));
        (await Get($"{All}/{id}")).Body!.ToJsonString().ShouldBe(changed.Body.ToJsonString());
    }

    [Fact]
    public async Task a_patch_that_changes_nothing_appends_nothing()
    {
        var id = await Draft();

        var same = await Patch(id, """{"language":"en"}""");

        (same.Status, (int?)same.Body!["generation"]).ShouldBe((200, 1));
        (await History(id)).ShouldBe(["drafted"]);
    }

    [Theory]
    [InlineData("""{"runtime":{"image":"mine"},"nope":1}""", "/nope unknown_path|/runtime/image locked_path")]
    [InlineData("""{"workspace":{"ignore":["sk-ant-REDACTED_1234567890abcdefghijkl"]}}""", "/workspace/ignore/0 secret_like")]
    public async Task what_a_customer_may_not_set_is_refused_and_changes_nothing(string patch, string faults)
    {
        var id = await Draft();

        var refused = await Patch(id, patch);

        refused.ShouldRefuse(422, "config_invalid");
        refused.Faults.ShouldBe(faults.Split('|'));
        (await History(id)).ShouldBe(["drafted"]);
    }

    [Fact]
    public async Task staff_set_what_is_the_platforms()
    {
        var id = await Draft();

        (await Patch(id, """{"model":{"maxOutputTokens":512}}""")).Status.ShouldBe(422);
        (await Patch(id, """{"model":{"maxOutputTokens":512}}""", Platform, ("X-Tenant-Id", Tenant))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task if_match_guards_against_a_change_in_between()
    {
        var id = await Draft();
        var read = (await Get($"{All}/{id}")).Headers["ETag"];

        (await Patch(id, """{"language":"fr"}""", headers: ("If-Match", read))).Status.ShouldBe(200);
        var late = await Patch(id, """{"language":"de"}""", headers: ("If-Match", read));

        late.ShouldRefuse(412, "precondition_failed");
        ((int?)late.Body!["currentVersion"]).ShouldBe(2);
    }

    [Fact]
    public async Task of_racing_patches_none_is_lost()
    {
        var id = await Draft();

        var replies = await Task.WhenAll(
            Patch(id, """{"language":"fr"}"""), Patch(id, """{"model":{"family":"small"}}"""), Patch(id, """{"workspace":{"keepVersions":9}}"""));

        replies.ShouldAllBe(reply => reply.Status == 200 || (reply.Status == 409 && reply.Text("code") == "concurrent_update"));
        ((int?)(await Get($"{All}/{id}")).Body!["generation"]).ShouldBe(1 + replies.Count(reply => reply.Status == 200));
    }

    [Fact]
    public async Task another_tenants_instance_is_absent_and_a_reader_may_not_write()
    {
        var id = await Draft();

        (await Patch(id, """{"language":"fr"}""", Platform)).ShouldRefuse(404, "not_found");
        (await Patch(id, """{"language":"fr"}""", await Join("auditor", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Patch("ain_0", """{"language":"fr"}""")).ShouldRefuse(404, "not_found");
        (await Patch(id, """[1]""")).Faults.ShouldBe([" type"]);
    }

    private async Task<Reply> Patch(string id, string patch, string? token = "owner", params (string, string)[] headers) =>
        await Send(HttpMethod.Patch, $"{All}/{id}/config", patch, token, headers);
}
