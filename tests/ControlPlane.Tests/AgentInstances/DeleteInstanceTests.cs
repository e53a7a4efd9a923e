using ControlPlane.AgentInstances;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.AgentInstances;

public class DeleteInstanceTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task a_deleted_instance_is_shown_on_request_until_it_is_purged()
    {
        var id = await Trial();

        (await Send(HttpMethod.Delete, $"{All}/{id}")).ShouldHave(204);
        (await Send(HttpMethod.Delete, $"{All}/{id}")).ShouldHave(204);
        await StateBecomes(id, "deleted");
        var deleted = await Get($"{All}/{id}?showDeleted=true");

        deleted.Body!["purgeAt"].ShouldNotBeNull();
        deleted.Body["allowedTransitions"]!.AsArray().ShouldBeEmpty();
        (await Get($"{All}/{id}")).ShouldRefuse(404, "not_found");
        (await Get(All)).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await Get($"{All}?state=deleted")).Body!["items"]!.AsArray().Count.ShouldBe(1);
        (await Post($"{All}/{id}/suspend", "{}")).ShouldRefuse(409, "invalid_state");
        (await Post($"{All}/{id}/delete", "{}")).ShouldRefuse(409, "already_deleted");
        (await Send(HttpMethod.Delete, $"{All}/{id}")).ShouldHave(204);

        await Pull<PurgeInstance>();
        await StateBecomes(id, "none");
        (await Send(HttpMethod.Delete, $"{All}/{id}")).ShouldRefuse(404, "not_found");
        (await History(id)).ShouldBe(["drafted", "trial_started", "deletion_requested", "deletion_started", "deleted", "purged"]);
    }

    [Fact]
    public async Task a_deletion_at_period_end_is_a_mark_that_resume_withdraws()
    {
        var id = await Trial();

        var planned = (await Post($"{All}/{id}/delete", new { effective = "period_end", reason = "too dear", confirmName = "Scout" })).ShouldHave(202);
        var again = (await Post($"{All}/{id}/delete", new { effective = "period_end" })).ShouldHave(202);
        var marked = await Get($"{All}/{id}");
        (await Post($"{All}/{id}/resume", "{}")).ShouldHave(200);
        await Pull<StartDeletion>();

        again.Body!.ToJsonString().ShouldBe(planned.Body!.ToJsonString());
        planned.Text("cancellableUntil").ShouldBe((string?)marked.Body!["trial"]!["endsAt"]);
        (marked.Text("state"), (string?)marked.Body["deletion"]!["effective"]).ShouldBe(("trial", "period_end"));
        marked.Body["allowedTransitions"]!.ToJsonString().ShouldContain("resume");
        await Until.TrueAsync(async () => (await History(id)).Length == 4);
        (await Get($"{All}/{id}")).Body!["deletion"].ShouldBeNull();
        (await State(id)).ShouldBe("trial");
    }

    [Fact]
    public async Task a_deletion_at_period_end_starts_at_its_date()
    {
        var id = await Trial();
        await Post($"{All}/{id}/delete", new { effective = "period_end" });

        await Pull<StartDeletion>();

        await StateBecomes(id, "deleted");
        (await History(id)).ShouldBe(["drafted", "trial_started", "deletion_requested", "deletion_started", "deleted"]);
    }

    [Fact]
    public async Task who_waits_for_the_period_end_may_still_delete_at_once()
    {
        var id = await Trial();
        await Post($"{All}/{id}/delete", new { effective = "period_end" });

        (await Post($"{All}/{id}/delete", "{}")).ShouldHave(202).Text("effective").ShouldBe("immediate");

        await StateBecomes(id, "deleted");
    }

    [Fact]
    public async Task a_wrong_name_or_a_period_that_does_not_run_is_refused()
    {
        var id = await Draft();

        (await Post($"{All}/{id}/delete", new { confirmName = "Scoot" })).ShouldRefuse(422, "confirmation_mismatch");
        (await Post($"{All}/{id}/delete", new { effective = "period_end" })).ShouldRefuse(422, "no_period");
        (await Post($"{All}/{id}/delete", new { effective = "soon", why = 1 })).Faults.ShouldBe(["/effective not_one_of", "/why unknown_field"]);
        (await Send(HttpMethod.Delete, $"{All}/{id}", headers: ("If-Match", "\"9.x\""))).ShouldRefuse(412, "precondition_failed");
        (await Send(HttpMethod.Delete, $"{All}/{id}", token: await Join("auditor", $"/tenants/{Tenant}"))).ShouldRefuse(403, "forbidden");
        (await Send(HttpMethod.Delete, $"{All}/{id}", token: Platform)).ShouldRefuse(404, "not_found");
        (await History(id)).ShouldBe(["drafted"]);
    }

    [Fact]
    public async Task deleting_clears_the_selections_of_it()
    {
        var id = await Trial();
        (await Post($"{All}/{id}/select-as-current", "{}")).ShouldHave(200);

        await Send(HttpMethod.Delete, $"{All}/{id}");
        await StateBecomes(id, "deleted");

        var other = await Draft("Other");
        (await Post($"{All}/{other}/select-as-current", "{}")).ShouldRefuse(409, "invalid_state");
        (await Post($"{All}/{id}/select-as-current", "{}")).ShouldRefuse(409, "invalid_state");
    }
}
