using ControlPlane.AgentInstances;

namespace ControlPlane.Tests.AgentInstances;

public class SuspendInstanceTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task suspending_twice_for_one_reason_is_one_event_and_resuming_goes_back_to_the_state_before()
    {
        var id = await Trial();

        var suspended = (await Post($"{All}/{id}/suspend", new { reason = new { code = "customer", comment = "lunch" }, drain = "now" })).ShouldHave(200);
        (await Post($"{All}/{id}/suspend", "{}")).ShouldHave(200);
        var resumed = (await Post($"{All}/{id}/resume", "{}")).ShouldHave(200);
        (await Post($"{All}/{id}/resume", "{}")).ShouldHave(200);

        (suspended.Text("state"), (string?)suspended.Body!["suspensions"]![0]!["comment"]).ShouldBe(("suspended", "lunch"));
        resumed.Text("state").ShouldBe("trial");
        (await History(id)).ShouldBe(["drafted", "trial_started", "suspended", "resumed"]);
    }

    [Fact]
    public async Task what_the_platform_suspends_only_the_platform_lifts()
    {
        var id = await Trial();
        (await Post($"{All}/{id}/suspend", new { reason = new { code = "abuse" } })).ShouldRefuse(403, "forbidden");
        (await Post($"{All}/{id}/suspend", new { reason = new { code = "abuse" } }, Platform, ("X-Tenant-Id", Tenant))).ShouldHave(200);
        (await Post($"{All}/{id}/suspend", "{}")).ShouldHave(200);

        var key = ("Idempotency-Key", id);
        var partly = await Post($"{All}/{id}/resume", "{}", headers: key);
        var repeated = await Post($"{All}/{id}/resume", "{}", headers: key);
        var again = await Post($"{All}/{id}/resume", "{}");
        var lifted = await Post($"{All}/{id}/resume", "{}", Platform, ("X-Tenant-Id", Tenant));

        partly.ShouldRefuse(409, "invalid_state");
        partly.Headers["Content-Type"].ShouldStartWith("application/problem+json");
        partly.Body!["blockedBy"]!.ToJsonString().ShouldBe("""["abuse"]""");
        partly.Headers.ShouldNotContainKey("Idempotency-Replayed");
        (repeated.Headers["Idempotency-Replayed"], repeated.Body!.ToJsonString()).ShouldBe(("true", partly.Body.ToJsonString()));
        again.ShouldRefuse(409, "invalid_state");
        lifted.ShouldHave(200).Text("state").ShouldBe("trial");
        (await History(id)).ShouldBe(["drafted", "trial_started", "suspended", "suspended", "resumed", "resumed"]);
    }

    [Fact]
    public async Task a_suspension_with_an_end_lifts_by_itself()
    {
        var id = await Trial();
        await Post($"{All}/{id}/suspend", new { resumeAt = TimeProvider.System.GetUtcNow().AddHours(1) });

        await Pull<LiftSuspension>();

        await StateBecomes(id, "trial");
        (await History(id)).ShouldBe(["drafted", "trial_started", "suspended", "resumed"]);
    }

    [Fact]
    public void a_suspension_that_is_over_but_for_its_late_timer_gives_way_to_a_new_one()
    {
        var now = TimeProvider.System.GetUtcNow();
        var instance = new AgentInstance("ain_1", Blueprint, "trial@1", new("x"), new("{}"), "prn_1")
        {
            Life = new(InstanceState.Trial) { TrialEndsAt = now.AddDays(1), Suspensions = [new(SuspendCode.Customer, now.AddHours(-2)) { ResumeAt = now.AddHours(-1) }] },
        };
        var caller = new ControlPlane.Hosting.Caller("prn_1", "pat_1", Tenant, Tenant, []);

        var (_, resumed, suspended, _) = SuspendInstanceEndpoint.Post(new(), instance, caller, TimeProvider.System);

        resumed!.Lifted.ShouldBe([SuspendCode.Customer]);
        suspended!.ResumeAt.ShouldBeNull();
        LiftSuspensionHandler.Handle(new("ain_1", SuspendCode.Customer, now), instance).ShouldBeNull();
    }

    [Fact]
    public async Task a_draft_can_be_neither_suspended_nor_resumed()
    {
        var id = await Draft();

        var refused = await Post($"{All}/{id}/suspend", "{}");

        refused.ShouldRefuse(409, "invalid_state");
        (refused.Text("currentState"), refused.Body!["allowedTransitions"]!.ToJsonString()).ShouldBe(("draft", """["activate_trial","configure","convert","delete"]"""));
        (await Post($"{All}/{id}/resume", "{}")).ShouldRefuse(409, "invalid_state");
    }

    [Theory]
    [InlineData("""{"reason":{"code":"nonpayment"},"drain":"later","until":1}""", "/drain not_one_of|/reason/code not_one_of|/until unknown_field")]
    [InlineData("""{"resumeAt":"2020-01-01T00:00:00Z"}""", "/resumeAt out_of_range")]
    public async Task malformed_suspensions_are_refused(string body, string faults)
    {
        var reply = await Post($"{All}/{await Trial()}/suspend", body);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Fact]
    public async Task whose_role_is_scoped_to_one_instance_sees_and_touches_that_one_alone()
    {
        var (mine, other) = (await Trial(), await Draft("Other"));
        var scoped = await Join("operator", $"/tenants/{Tenant}/agent-instances/{mine}");

        (await Post($"{All}/{mine}/suspend", "{}", scoped)).ShouldHave(200);
        (await Post($"{All}/{other}/suspend", "{}", scoped)).ShouldRefuse(404, "not_found");
        (await Get($"{All}/{other}", scoped)).ShouldRefuse(404, "not_found");
        (await Get(All, scoped)).Body!["items"]!.AsArray().Select(row => (string?)row!["id"]).ShouldBe([mine]);
        (await Get($"{All}/{mine}", Runtime)).ShouldRefuse(403, "forbidden");
        (await Get($"{All}/{mine}", Platform)).ShouldRefuse(404, "not_found");
    }
}
