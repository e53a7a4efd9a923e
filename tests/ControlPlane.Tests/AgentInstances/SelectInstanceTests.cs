namespace ControlPlane.Tests.AgentInstances;

public class SelectInstanceTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task each_session_has_its_own_current_instance()
    {
        var one = await Trial();
        await Post($"{All}/{one}/suspend", "{}");

        var first = await Post($"{All}/{one}/select-as-current", new { session = "phone" });
        var again = await Post($"{All}/{one}/select-as-current", new { session = "phone" });
        var elsewhere = await Post($"{All}/{one}/select-as-current", "{}");

        (first.Text("currentInstanceId"), first.Text("previous"), first.Text("warning")).ShouldBe((one, null, "suspended"));
        again.Text("previous").ShouldBe(one);
        elsewhere.Text("previous").ShouldBeNull();
        (await History(one)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task a_draft_and_what_is_anothers_can_not_be_selected()
    {
        var draft = await Draft();

        (await Post($"{All}/{draft}/select-as-current", "{}")).ShouldRefuse(409, "invalid_state");
        (await Post($"{All}/{draft}/select-as-current", "{}", Platform)).ShouldRefuse(404, "not_found");
        (await Post($"{All}/{draft}/select-as-current", new { session = "a b" })).Faults.ShouldBe(["/session format"]);
        (await Post($"{All}/{draft}/select-as-current", "{}", Runtime)).ShouldRefuse(403, "forbidden");
    }
}
