namespace ControlPlane.Tests.AgentInstances;

public class GetInstancesTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task pages_are_stable_newest_first_and_bound_to_their_filter()
    {
        var ids = new[] { await Draft("a"), await Draft("b"), await Draft("c") };

        var first = (await Get($"{All}?limit=2")).ShouldHave(200);
        await Draft("d");
        var second = await Get($"{All}?limit=2&cursor={first.Text("nextCursor")}");

        Ids(first).Concat(Ids(second)).ShouldBe(ids.Reverse());
        second.Text("nextCursor").ShouldBeNull();
        ((long?)first.Body!["asOf"]!["sequence"]).ShouldNotBeNull();
        (await Get($"{All}?limit=2&state=draft&cursor={first.Text("nextCursor")}")).Faults.ShouldBe(["?cursor cursor_invalid"]);
    }

    [Theory]
    [InlineData("state=trial", "trial")]
    [InlineData("state=suspended", "suspended")]
    [InlineData("state=draft", "draft")]
    [InlineData("suspendReason=customer", "suspended")]
    [InlineData("suspendReason=abuse", "")]
    [InlineData("planRef=trial@1", "suspended,trial")]
    [InlineData("blueprintRef=workspace-agent@1", "trial,draft")]
    [InlineData("blueprintRef=telegram-assistant@1", "suspended")]
    [InlineData("runtimePhase=not_provisioned", "suspended,trial,draft")]
    [InlineData("runtimePhase=running", "")]
    [InlineData("condition=ready", "")]
    [InlineData("createdAfter=2099-01-01T00:00:00Z", "")]
    [InlineData("createdAfter=2020-01-01T00:00:00Z", "suspended,trial,draft")]
    [InlineData("ownerPrincipalId=prn_0", "")]
    public async Task filters_select(string filter, string names)
    {
        await Draft("draft");
        await Trial("trial");
        var suspended = await Draft("suspended", "telegram-assistant@1");
        await StartTrialBehindTheBack(suspended);
        await Post($"{All}/{suspended}/suspend", "{}");

        var rows = (await Get($"{All}?{filter}")).ShouldHave(200).Body!["items"]!.AsArray();

        string.Join(',', rows.Select(row => (string?)row!["displayName"])).ShouldBe(names);
    }

    [Fact]
    public async Task facets_count_all_that_fit_and_not_the_page()
    {
        await Draft("a");
        await Draft("b");
        await Trial("c");

        var page = await Get($"{All}?limit=1&facets=state,phase");

        page.Body!["facets"]!["state"]!.ToJsonString().ShouldBe("""{"draft":2,"trial":1}""");
        page.Body["facets"]!["phase"]!.ToJsonString().ShouldBe("""{"not_provisioned":3}""");
        (await Get($"{All}?facets=colour")).Faults.ShouldBe(["?facets format"]);
        (await Get($"{All}?state=lost&limit=500&order=up")).Faults.ShouldBe(["?limit out_of_range", "?order unknown_parameter", "?state not_one_of"]);
    }

    [Fact]
    public async Task an_instance_is_shown_as_it_was_at_a_time()
    {
        var id = await Draft();
        var before = (await Get($"{All}/{id}")).Text("updatedAt");
        await Post($"{All}/{id}/trial/activate", "{}");

        (await Get($"{All}/{id}?asOf={before!.Replace("+", "%2B", StringComparison.Ordinal)}")).ShouldHave(200).Text("state").ShouldBe("draft");
        (await Get($"{All}/{id}?asOf=2020-01-01T00:00:00Z")).ShouldRefuse(404, "not_found");
        (await Get($"{All}/{id}?asOf=yesterday")).Faults.ShouldBe(["?asOf type"]);
        (await Get($"{All}/{id}?asOf=2099-01-01T00:00:00Z")).Faults.ShouldBe(["?asOf out_of_range"]);
    }

    private static IEnumerable<string> Ids(Reply page) => page.Body!["items"]!.AsArray().Select(row => (string)row!["id"]!);

    // It would need its bot first.
    private async Task StartTrialBehindTheBack(string id)
    {
        await using var session = App.Store.LightweightSession(Tenant);
        var now = TimeProvider.System.GetUtcNow();
        await session.Events.AppendOptimistic(id, TestContext.Current.CancellationToken, new ControlPlane.AgentInstances.TrialStarted(now, now.AddDays(14), "trial@1", Me));
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
