using ControlPlane.AgentInstances;
using ControlPlane.Storage;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.AgentInstances;

public class RuntimeReportsTests(App app) : AppTest(app)
{
    private static readonly DateTimeOffset Now = Second(TimeProvider.System.GetUtcNow());

    private IDocumentStore Store => App.Host.Services.GetRequiredService<IDocumentStore>();

    [Fact]
    public async Task one_report_speaks_of_instances_of_many_tenants_and_each_is_taken_for_itself()
    {
        var (ahead, others, gone) = (await Draft(), await Draft("ten_other"), await Draft());
        await Append(gone, new InstanceDeletionStarted(), new InstanceDeleted(Now.AddDays(30)));
        var never = Ids.New("ain");

        var reply = await Report(Of(ahead, observedGeneration: 2), Of(others), Of(gone), Of(never));

        reply.Status.ShouldBe(202);
        reply.Body!.ToJsonString().ShouldBe(
            $$"""{"accepted":1,"unchanged":0,"rejected":[{"instanceId":"{{ahead}}","code":"generation_unknown"},{"instanceId":"{{gone}}","code":"instance_gone"},{"instanceId":"{{never}}","code":"unknown_instance"}]}""");
        (await RuntimeOf(others, "ten_other"))!.Phase.ShouldBe(RuntimePhase.Running);
        (await RuntimeOf(ahead)).ShouldBeNull();
    }

    [Fact]
    public async Task what_is_stored_tells_phase_conditions_generation_and_who_said_so()
    {
        var id = await Draft();

        await Report(Of(id, conditions: [Condition("ready", "true", "Up", Now)]));

        var runtime = (await RuntimeOf(id)).ShouldNotBeNull();
        (runtime.Phase, runtime.ObservedGeneration, runtime.ReportedAt).ShouldBe((RuntimePhase.Running, 1, Now));
        runtime.Conditions.ShouldBe([new(ConditionType.Ready, ConditionStatus.True, "Up", Now)]);
        var stored = (await Events(id)).ShouldHaveSingleItem();
        stored.TenantId.ShouldBe(Tenant);
        stored.GetHeader("actor").ShouldBe(ControlPlane.Iam.BootstrapCommand.Runtimes);
        stored.GetHeader("retention-policy").ShouldBe("ops-6m");
        stored.GetHeader("request-id").ShouldNotBeNull();
        (await Heartbeat(id)).ShouldBe(Now);
    }

    [Fact]
    public async Task telling_the_same_again_appends_nothing_and_moves_the_heartbeat()
    {
        var id = await Draft();
        await Report(Of(id, conditions: [Condition("ready", "true", "Up", Now)]));

        var same = await Report(Of(id, conditions: [Condition("ready", "true", "Up", Now)]));
        var later = await Report(Of(id, at: Now.AddSeconds(10), conditions: [Condition("ready", "true", "Up", Now.AddSeconds(5))]));

        (Figures(same), Figures(later)).ShouldBe(((0, 1), (0, 1)));
        (await Events(id)).Count.ShouldBe(1);
        (await Heartbeat(id)).ShouldBe(Now.AddSeconds(10));
    }

    [Fact]
    public async Task an_older_heartbeat_is_passed_over_but_for_its_usage()
    {
        var id = await Draft();
        await Report(Of(id, at: Now));

        var reply = await Report(Of(id, at: Now.AddSeconds(-1), phase: "failed", usage: [Usage(Ids.New("run"))]));

        Figures(reply).ShouldBe((1, 0));
        (await RuntimeOf(id))!.Phase.ShouldBe(RuntimePhase.Running);
        (await Events(id)).Select(stored => stored.EventType).ShouldBe([typeof(RuntimeChanged), typeof(RunUsageReported)]);
        (await Heartbeat(id)).ShouldBe(Now);
    }

    [Fact]
    public async Task conditions_left_out_keep_their_last_status_and_a_status_that_stays_keeps_its_time()
    {
        var id = await Draft();
        await Report(Of(id, conditions: [Condition("ready", "true", "Up", Now), Condition("mcp_ready", "unknown", "Probing", Now)]));

        await Report(Of(id, at: Now.AddSeconds(1), conditions: [Condition("mcp_ready", "true", "Connected", Now.AddSeconds(1))]));
        await Report(Of(id, at: Now.AddSeconds(2), conditions: [Condition("ready", "true", "Warm", Now.AddSeconds(2))]));

        (await RuntimeOf(id))!.Conditions.ShouldBe(
        [
            new(ConditionType.Ready, ConditionStatus.True, "Warm", Now),
            new(ConditionType.McpReady, ConditionStatus.True, "Connected", Now.AddSeconds(1)),
        ]);
    }

    [Fact]
    public async Task usage_counts_once_a_run_however_often_and_by_whom_it_is_told()
    {
        var (one, other, run) = (await Draft(), await Draft("ten_other"), Ids.New("run"));

        await Report(Of(one, usage: [Usage(run), Usage(run)]));
        await Report(Of(one, at: Now.AddSeconds(1), usage: [Usage(run)]));
        await Report(Of(other, usage: [Usage(run)]));

        (await Events(one)).Select(stored => stored.Data).OfType<RunUsageReported>().ShouldHaveSingleItem()
            .ShouldBe(new(run, 100, 40, 20, 1234, "EUR", Now, ControlPlane.Iam.BootstrapCommand.Runtimes));
        (await Events(other, "ten_other")).Select(stored => stored.Data).OfType<RunUsageReported>().ShouldBeEmpty();
    }

    [Fact]
    public async Task of_several_reports_of_one_instance_the_latest_heartbeat_counts()
    {
        var id = await Draft();

        await Report(Of(id, at: Now.AddSeconds(2), phase: "paused"), Of(id, at: Now.AddSeconds(1), phase: "running", usage: [Usage(Ids.New("run"))]));

        (await RuntimeOf(id))!.Phase.ShouldBe(RuntimePhase.Paused);
        (await Events(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task a_clock_that_runs_ahead_is_not_followed() =>
        (await Report(Of(await Draft(), at: TimeProvider.System.GetUtcNow().AddMinutes(2)))).Body!["rejected"]![0]!["code"]!.GetValue<string>().ShouldBe("heartbeat_in_future");

    [Fact]
    public async Task an_instance_that_is_purged_is_gone_for_ever()
    {
        var id = await Draft();
        await Report(Of(id));
        await Append(id, new InstanceDeletionStarted(), new InstanceDeleted(Now), new InstancePurged());

        var reply = await Report(Of(id, at: Now.AddSeconds(1), phase: "terminated"));

        ((string?)reply.Body!["rejected"]![0]!["code"]).ShouldBe("instance_gone");
    }

    [Fact]
    public async Task a_runtime_that_is_being_taken_down_still_reports()
    {
        var id = await Draft();
        await Append(id, new InstanceDeletionStarted());

        Figures(await Report(Of(id, phase: "terminating"))).ShouldBe((1, 0));
    }

    [Fact]
    public async Task racing_reports_lose_nothing_and_the_latest_heartbeat_wins()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Draft()));
        var phases = new[] { "running", "degraded", "paused", "backing_up" };
        var runs = Enumerable.Range(0, 24).Select(_ => Ids.New("run")).ToArray();

        // Each report lists the instances in another order.
        var replies = await Task.WhenAll(runs.Select((run, i) => Report([.. ids.OrderBy(id => HashCode.Combine(id, i))
            .Select(id => Of(id, at: Now.AddSeconds(i), phase: i == 23 ? "failed" : phases[i % 4], usage: id == ids[0] ? [Usage(run)] : null))])));

        replies.ShouldAllBe(reply => reply.Status == 202);
        foreach (var id in ids)
        {
            var runtime = (await RuntimeOf(id))!;
            (runtime.Phase, runtime.ReportedAt).ShouldBe((RuntimePhase.Failed, Now.AddSeconds(23)));
            var changes = (await Events(id)).Select(stored => stored.Data).OfType<RuntimeChanged>().ToArray();
            changes.Select(change => change.ReportedAt).ShouldBeInOrder();
        }

        (await Events(ids[0])).Select(stored => stored.Data).OfType<RunUsageReported>().Select(usage => usage.RunId).ShouldBe(runs, ignoreOrder: true);
    }

    [Fact]
    public async Task the_same_report_at_once_is_stored_once()
    {
        var (id, run) = (await Draft(), Ids.New("run"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Report(Of(id, usage: [Usage(run)]))));

        replies.ShouldAllBe(reply => reply.Status == 202);
        replies.Sum(reply => Figures(reply).Accepted).ShouldBe(1);
        (await Events(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task an_owner_may_not_report_and_neither_may_the_platforms()
    {
        var body = new { reports = new[] { Of(await Draft()) } };

        var owner = await Post("/v1/runtime/reports", body);
        var platform = await Post("/v1/runtime/reports", body, Platform);
        var nobody = await Post("/v1/runtime/reports", body, null);

        (owner.Status, owner.Text("missingPermission")).ShouldBe((403, "runtime:report"));
        platform.Status.ShouldBe(403);
        nobody.Status.ShouldBe(401);
    }

    [Fact]
    public async Task every_fault_is_told_with_its_place()
    {
        var reply = await Post("/v1/runtime/reports", new
        {
            reports = new object[]
            {
                new { instanceId = "ain_1", phase = "sleeping", observedGeneration = -1, conditions = new[] { Condition("ready", "true", "no words", Now) } },
                new { instanceId = Ids.New("ain"), phase = "running", observedGeneration = 1, heartbeatAt = Now, mood = "good" },
            },
        }, Runtime);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(
        [
            "/reports/0/conditions/0/reason format", "/reports/0/heartbeatAt required", "/reports/0/instanceId format",
            "/reports/0/observedGeneration out_of_range", "/reports/0/phase not_one_of", "/reports/1/mood unknown_field",
        ]);
    }

    [Fact]
    public async Task a_condition_stands_once_and_cached_tokens_are_among_those_read()
    {
        var reply = await Report(Of(
            Ids.New("ain"), conditions: [Condition("ready", "true", "Up", Now), Condition("ready", "false", "Down", Now)],
            usage: [Usage(Ids.New("run"), cached: 101)]));

        reply.Faults.ShouldBe(["/reports/0/conditions/1/type duplicate", "/reports/0/usage/0/cachedInputTokens out_of_range"]);
    }

    [Theory]
    [InlineData(0, "too_short")]
    [InlineData(201, "too_long")]
    public async Task a_report_speaks_of_one_to_200_instances(int count, string code) =>
        (await Report([.. Enumerable.Range(0, count).Select(_ => Of(Ids.New("ain")))])).Faults.ShouldBe([$"/reports {code}"]);

    [Fact]
    public void words_mean_the_same_inside_and_outside()
    {
        Enum.GetNames<RuntimePhase>().ShouldBe(Enum.GetNames<ControlPlane.Contracts.RuntimePhase>());
        Enum.GetNames<ConditionType>().ShouldBe(Enum.GetNames<ControlPlane.Contracts.ConditionType>());
        Enum.GetNames<ConditionStatus>().ShouldBe(Enum.GetNames<ControlPlane.Contracts.ConditionStatus>());
    }

    private Task<Reply> Report(params object[] reports) => Post("/v1/runtime/reports", new { reports }, Runtime);

    private static (int Accepted, int Unchanged) Figures(Reply reply) => ((int)reply.Body!["accepted"]!, (int)reply.Body!["unchanged"]!);

    private static object Of(
        string id, DateTimeOffset? at = null, string phase = "running", int observedGeneration = 1, object[]? conditions = null, object[]? usage = null) =>
        new { instanceId = id, phase, observedGeneration, heartbeatAt = at ?? Now, conditions = conditions ?? [], usage = usage ?? [] };

    private static object Condition(string type, string status, string reason, DateTimeOffset since) => new { type, status, reason, lastTransitionAt = since };

    private static object Usage(string run, long cached = 40) =>
        new { runId = run, inputTokens = 100, cachedInputTokens = cached, outputTokens = 20, costMicros = 1234, currency = "EUR", endedAt = Now };

    private async Task<string> Draft(string? tenant = null)
    {
        var id = Ids.New("ain");
        await using var session = Store.LightweightSession(tenant ?? Tenant);
        session.Events.StartStream<AgentInstance>(
            id, new InstanceDrafted("helper@1", "sha256:0", "solo@1", null, new("Ann's helper"), id, new("{}"), new("{}"), Me));
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }

    private async Task Append(string id, params object[] events)
    {
        await using var session = Store.LightweightSession(Tenant);
        await session.Events.AppendOptimistic(id, TestContext.Current.CancellationToken, events);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private async Task<InstanceRuntime?> RuntimeOf(string id, string? tenant = null)
    {
        await using var session = Store.QuerySession(tenant ?? Tenant);
        return await session.LoadAsync<InstanceRuntime>(InstanceRuntime.StreamOf(id), TestContext.Current.CancellationToken);
    }

    private async Task<DateTimeOffset?> Heartbeat(string id)
    {
        await using var session = Store.QuerySession(Tenant);
        return await session.LastHeartbeatAsync(id, TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<IEvent>> Events(string id, string? tenant = null)
    {
        await using var session = Store.QuerySession(tenant ?? Tenant);
        return await session.Events.FetchStreamAsync(InstanceRuntime.StreamOf(id), token: TestContext.Current.CancellationToken);
    }

    private static DateTimeOffset Second(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerSecond - TimeSpan.TicksPerMinute, time.Offset);
}
