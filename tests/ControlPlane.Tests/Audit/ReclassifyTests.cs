using System.Text.Json.Nodes;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.Audit;

public class ReclassifyTests(App app) : InstanceTest(app)
{
    private const string Url = "/v1/audit/reclassify-policy-id";

    [Fact]
    public async Task events_are_kept_under_another_policy_and_stay_as_they_were()
    {
        var (instance, other) = (await Draft("one"), await Draft("other"));
        var (one, two) = (await EventAsync(instance), await EventAsync(other));

        var reply = (await Reclassify([one, two], "sec-12m", "legal_hold")).ShouldHave(202);

        var id = reply.Text("operationId")!;
        var operation = await EndedAsync(id);
        ((string?)operation["kind"], (string?)operation["state"], (int?)operation["steps"]![0]!["count"]).ShouldBe(("policy_reclassification", "succeeded", 2));
        var entry = await Until.FoundAsync(async () => await EntryAsync(instance) is { } found && (string?)found["policyId"] == "sec-12m" ? found : null);
        DateTimeOffset.Parse((string)entry["expiresAt"]!, null).ShouldBe(DateTimeOffset.Parse((string)entry["at"]!, null).AddYears(1));
        (await HistoryAsync(one)).ShouldBe(["audit.policy_reclassified"]);
        (await HistoryAsync(instance)).ShouldBe(["agent_instance.drafted"]);
    }

    [Fact]
    public async Task the_same_again_changes_nothing_and_answers_as_the_first_did()
    {
        var stored = await EventAsync(await Draft());
        var first = (await Reclassify([stored], "sec-12m")).ShouldHave(202).Text("operationId")!;
        await EndedAsync(first);

        (await Reclassify([stored, stored], "sec-12m")).ShouldHave(202).Text("operationId").ShouldBe(first);
        (await HistoryAsync(stored)).Length.ShouldBe(1);

        var back = (await Reclassify([stored], "ops-6m", "minimisation")).ShouldHave(202).Text("operationId")!;
        await EndedAsync(back);
        (await HistoryAsync(stored)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task what_the_law_asks_to_keep_stays_and_nothing_else_moves_either()
    {
        var instance = await Trial();
        var drafted = await EventAsync(instance);
        var started = await EventAsync(instance, "agent_instance.trial_started");

        var refused = await Reclassify([drafted, started], "sec-12m");

        (refused.Status, refused.Text("code")).ShouldBe((422, "below_legal_floor"));
        refused.Faults.ShouldBe(["/eventIds/1 below_legal_floor"]);
        ((string)refused.Body!["errors"]![0]!["message"]!).ShouldContain(started);
        (await HistoryAsync(drafted)).ShouldBeEmpty();
        (await Reclassify([started], "fin-10y")).ShouldHave(202);
        (await Reclassify([started], "erasure-evidence-5y")).ShouldRefuse(422, "below_legal_floor");
    }

    [Fact]
    public async Task what_is_not_there_or_another_tenants_is_404_and_it_takes_the_right_to_write()
    {
        var stored = await EventAsync(await Draft());
        var home = Ids.New("ten");
        var stranger = await Join("owner", $"/tenants/{home}", home: home);

        (await Reclassify([stored], "sec-12m", token: stranger)).ShouldRefuse(404, "not_found");
        (await Reclassify([stored, Guid.CreateVersion7().ToString()], "sec-12m")).ShouldRefuse(404, "not_found");
        (await Reclassify(["nonsense"], "sec-12m")).ShouldRefuse(404, "not_found");
        (await Reclassify([stored], "sec-12m", token: await Join("admin", $"/tenants/{Tenant}"))).ShouldRefuse(403, "forbidden");
        (await Reclassify([stored], "sec-12m", token: await Join("auditor", $"/tenants/{Tenant}"))).ShouldHave(202);
    }

    [Fact]
    public async Task what_is_wrong_is_told()
    {
        (await Post(Url, "{}")).Faults.ShouldBe(["/eventIds required", "/reason required", "/toPolicyId required"]);
        (await Post(Url, new { eventIds = Array.Empty<string>(), toPolicyId = "sec-12m", reason = new { code = "whim" } })).Faults.ShouldBe(["/eventIds too_short", "/reason/code not_one_of"]);
        (await Reclassify([.. Enumerable.Range(0, 501).Select(_ => Guid.CreateVersion7().ToString())], "sec-12m")).Faults.ShouldBe(["/eventIds too_long"]);
        var unknown = await Reclassify([await EventAsync(await Draft())], "for-ever");
        (unknown.Status, unknown.Text("code")).ShouldBe((422, "unknown_policy"));
    }

    [Fact]
    public async Task another_tenants_operation_is_not_there()
    {
        var id = (await Reclassify([await EventAsync(await Draft())], "sec-12m")).ShouldHave(202).Text("operationId")!;
        var home = Ids.New("ten");

        (await Get($"/v1/operations/{id}", await Join("owner", $"/tenants/{home}", home: home))).ShouldRefuse(404, "not_found");
    }

    private Task<Reply> Reclassify(string[] events, string policy, string reason = "correction", string token = "owner") =>
        Post(Url, new { eventIds = events, toPolicyId = policy, reason = new { code = reason, comment = "Said why." } }, token);

    private Task<JsonNode> EndedAsync(string operation) => Until.FoundAsync(async () =>
        (await Get($"/v1/operations/{operation}")).ShouldHave(200).Body is { } body && body["endedAt"] is not null ? body : null);

    private async Task<string> EventAsync(string stream, string? type = null)
    {
        await using var session = App.Store.QuerySession(Tenant);
        return (await session.Events.FetchStreamAsync(stream, token: TestContext.Current.CancellationToken)).First(e => type is null || e.EventTypeName == type).Id.ToString();
    }

    private async Task<string[]> HistoryAsync(string stream)
    {
        await using var session = App.Store.QuerySession(Tenant);
        return [.. (await session.Events.FetchStreamAsync(stream, token: TestContext.Current.CancellationToken)).Select(e => e.EventTypeName)];
    }

    private async Task<JsonNode?> EntryAsync(string stream) => (await Get($"/v1/audit/events?stream={stream}")).ShouldHave(200).Body!["items"]!.AsArray().FirstOrDefault();
}
