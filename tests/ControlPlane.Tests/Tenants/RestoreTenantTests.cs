using ControlPlane.AgentInstances;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Tests.Tenants;

public class RestoreTenantTests(App app) : TenantTest(app)
{
    [Theory]
    [InlineData("trial")]
    [InlineData("suspended")]
    public async Task it_gives_back_exactly_what_was_stopped(string state)
    {
        var (running, draft) = (await Trial("Runs"), await Draft("Draft"));
        if (state == "suspended")
        {
            (await Post($"{All}/{running}/suspend", "{}")).ShouldHave(200);
        }

        var before = await ShownAsync();
        (await Delete()).ShouldHave(202);

        var reply = (await Restore()).ShouldHave(200);

        reply.Text("state").ShouldBe("active");
        reply.Body!["restored"]![0]!["ids"]!.AsArray().Select(id => (string)id!).ShouldBe([running]);
        reply.Body["notRestored"]!.AsArray().ShouldBeEmpty();
        reply.Body["actionsNeeded"]!.AsArray().ShouldBeEmpty();
        (await ShownAsync()).ShouldBe(before);
        (await State(running), await State(draft)).ShouldBe((state, "draft"));
        (await Get(Here)).Text("name").ShouldBe("Ann's");
        (await Life()).ShouldBe(["created", "deletion_requested", "restored"]);

        async Task<string> ShownAsync()
        {
            var shown = (await Get(All)).ShouldHave(200).Body!["items"]!.DeepClone().AsArray();
            foreach (var one in shown)
            {
                one!.AsObject().Remove("updatedAt");
                one.AsObject().Remove("version");
            }

            return shown.ToJsonString();
        }
    }

    [Fact]
    public async Task asking_again_answers_the_same_and_a_key_too()
    {
        await Trial();
        (await Delete()).ShouldHave(202);
        (string, string) key = ("Idempotency-Key", Ids.New("key"));

        var first = (await Restore("owner", key)).ShouldHave(200);
        var again = (await Restore()).ShouldHave(200);
        var replayed = (await Restore("owner", key)).ShouldHave(200);

        again.Body!.ToJsonString().ShouldBe(first.Body!.ToJsonString());
        replayed.Body!.ToJsonString().ShouldBe(first.Body.ToJsonString());
        replayed.Headers["Idempotency-Replayed"].ShouldBe("true");
        (await Life()).Count(type => type == "restored").ShouldBe(1);
    }

    [Fact]
    public async Task what_was_never_deleted_can_not_be_restored() => (await Restore()).ShouldRefuse(409, "not_deleted");

    [Fact]
    public async Task after_the_grace_or_once_the_purge_began_it_is_too_late()
    {
        var left = new ControlPlane.Tenants.Tenant("ten_1", new("x"), "FR", "en", "prn_1").Apply(
            new TenantDeletionRequested("opn_1", TenantDeletionReason.Customer, Day(0), Day(30), null, [], [], "prn_1"));

        RestoreTenantEndpoint.Validate(left, new FakeTimeProvider(Day(30).AddTicks(-1))).Status.ShouldBeNull();
        RestoreTenantEndpoint.Validate(left, new FakeTimeProvider(Day(30))).Status.ShouldBe(410);
        RestoreTenantEndpoint.Validate(left.Apply(new TenantPurgeStarted("opn_1", Day(3))), new FakeTimeProvider(Day(3))).Status.ShouldBe(410);

        (await Delete(new { reason = "customer", confirm = Tenant, graceDays = 0 })).ShouldHave(202);
        (await Restore(Platform)).ShouldRefuse(410, "grace_elapsed");
    }

    [Fact]
    public async Task it_is_for_owners_here_or_everywhere()
    {
        (await Delete()).ShouldHave(202);
        var stranger = Ids.New("ten");

        (await Restore(await Join("owner", $"/tenants/{stranger}", home: stranger))).ShouldRefuse(404, "not_found");
        (await Restore(await Join("admin", "/", home: ControlPlane.Tenants.Tenant.Platform))).ShouldRefuse(403, "tenant_tombstoned");
        (await Post($"{Here}/restore", new { reason = 7, why = "x" })).Faults.ShouldBe(["/reason type", "/why unknown_field"]);
        (await Restore(Platform)).ShouldHave(200);
        (await Get(All)).ShouldHave(200);
    }

    [Fact]
    public async Task the_timer_of_a_deletion_that_was_undone_does_nothing()
    {
        (await Delete()).ShouldHave(202);
        (await Restore()).ShouldHave(200);
        var operation = (await Delete(new { reason = "customer", confirm = Tenant, graceDays = 5 })).ShouldHave(202).Text("operationId");
        (await Restore()).ShouldHave(200);

        foreach (var left in new[] { 1, 0 })
        {
            await Pull<PurgeTenant>();
            await Until.TrueAsync(async () => await TimersAsync() == left);
        }

        (await Stored()).State.ShouldBe(TenantState.Active);
        (await Get($"/v1/operations/{operation}")).ShouldHave(200).Text("state").ShouldBe("cancelled");
        (await Get(All)).ShouldHave(200);
    }

    [Fact]
    public async Task a_trial_that_ended_meanwhile_needs_a_plan()
    {
        var instance = await Trial();
        (await Delete()).ShouldHave(202);
        await Pull<EndTrial>();
        await Until.TrueAsync(async () => (await History(instance)).Length == 4);

        var reply = (await Restore()).ShouldHave(200);

        reply.Body!["restored"]!.ToJsonString().ShouldBe($$"""[{"kind":"agent_instance","count":1,"ids":["{{instance}}"]}]""");
        reply.Body["actionsNeeded"]!.ToJsonString().ShouldBe("""["choose_plan"]""");
        (await State(instance)).ShouldBe("suspended");
    }

    [Fact]
    public async Task what_was_deleted_meanwhile_stays_so()
    {
        var instance = await Trial();
        (await Delete()).ShouldHave(202);
        await Pull<EndTrial>();
        await Until.TrueAsync(async () => (await History(instance)).Length == 4);
        await Pull<GiveUpTrial>();
        await Until.TrueAsync(async () => (await History(instance)).Contains("deleted"));

        var reply = (await Restore()).ShouldHave(200);

        reply.Body!["restored"]!.AsArray().ShouldBeEmpty();
        reply.Body["notRestored"]!.ToJsonString().ShouldBe($$"""[{"what":"{{instance}}","why":"deleted_meanwhile"}]""");
    }

    private async Task<long> TimersAsync()
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var count = database.CreateCommand(
            "select count(*) from wolverine.wolverine_incoming_envelopes where status <> 'Handled' and message_type like '%PurgeTenant' and position(convert_to($1, 'UTF8') in body) > 0");
        count.Parameters.Add(new() { Value = Tenant });
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static DateTimeOffset Day(int day) => new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);
}
