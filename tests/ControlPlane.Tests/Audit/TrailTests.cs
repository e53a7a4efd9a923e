using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Audit;
using ControlPlane.Catalog;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Audit;

public class TrailTests(App app) : InstanceTest(app)
{
    private const string Trail = "/v1/audit/events";

    [Fact]
    public void every_event_type_has_a_policy_that_the_catalog_has()
    {
        var policies = App.Host.Services.GetRequiredService<CatalogStore>().All<RetentionPolicy>().Select(policy => policy.Name).ToHashSet();

        EventCatalog.All.Where(kind => !policies.Contains(kind.RetentionPolicy)).ShouldBeEmpty();
        EventCatalog.All.Count.ShouldBe(App.Store.Options.Events.AllKnownEventTypes().Count(known => known.EventType.Assembly == typeof(EventCatalog).Assembly));
    }

    [Fact]
    public async Task it_tells_what_happened_to_what_by_whom_and_until_when_that_is_kept()
    {
        var instance = await Draft();
        (await Post($"{All}/{instance}/trial/activate", "{}", "owner", ("X-Request-Id", "req-of-the-trial"))).ShouldHave(200);

        var entries = await EntriesAsync($"?stream={instance}", 2);

        entries.Select(entry => (string)entry["type"]!).ShouldBe(["agent_instance.trial_started", "agent_instance.drafted"]);
        var started = entries[0];
        ((string?)started["actor"], (string?)started["requestId"], (string?)started["policyId"], (string?)started["legalBasis"], (int)started["version"]!)
            .ShouldBe((Me, "req-of-the-trial", "fin-10y", "legal_obligation", 2));
        var at = Time(started, "at");
        (Time(started, "expiresAt"), Time(entries[1], "expiresAt")).ShouldBe((at.AddYears(10), Time(entries[1], "at").AddMonths(6)));
        started["correlationId"].ShouldNotBeNull();
        (await Get($"/v1/audit/events/{started["id"]}/proof")).Status.ShouldBeOneOf(200, 409);
    }

    [Fact]
    public async Task it_can_be_filtered_and_paged_and_says_how_far_it_is()
    {
        var (one, other) = (await Draft("one"), await Draft("other"));
        await EntriesAsync("?type=agent_instance.drafted", 2);

        var first = (await Get($"{Trail}?limit=1&type=agent_instance.drafted")).ShouldHave(200);
        var second = (await Get($"{Trail}?limit=1&type=agent_instance.drafted&cursor={first.Text("nextCursor")}")).ShouldHave(200);
        Streams(first).Concat(Streams(second)).ShouldBe([other, one]);
        second.Body!["nextCursor"].ShouldBeNull();
        ((long)first.Body!["asOf"]!["sequence"]!).ShouldBeGreaterThanOrEqualTo((long)first.Body["items"]![0]!["sequence"]!);
        var made = Time(first.Body["items"]![0]!, "at");

        (await CountAsync($"?actor={Me}&policyId=ops-6m")).ShouldBe(2);
        (await CountAsync($"?correlationId={first.Body["items"]![0]!["correlationId"]}&stream={other}")).ShouldBe(1);
        (await CountAsync($"?from={Uri.EscapeDataString(made.ToString("O"))}&type=agent_instance.drafted")).ShouldBe(1);
        (await CountAsync($"?to={Uri.EscapeDataString(made.ToString("O"))}&type=agent_instance.drafted")).ShouldBe(1);
        (await CountAsync("?actor=prn_nobody")).ShouldBe(0);
        (await Get($"{Trail}?limit=1&cursor={first.Text("nextCursor")}")).Faults.ShouldBe(["?cursor cursor_invalid"]);
        (await Get($"{Trail}?from=yesterday&subject=x&limit=0")).Faults.Length.ShouldBe(3);
    }

    [Fact]
    public async Task what_was_rolled_back_is_no_entry_and_stops_nothing()
    {
        await Draft("Twin");
        (await Post(All, new { blueprintRef = Blueprint, displayName = "Twin" })).Status.ShouldBe(409);
        var gap = await Until.FoundAsync(async () =>
        {
            await using var database = NpgsqlDataSource.Create(App.Connection);
            await using var look = database.CreateCommand($"select id::text from controlplane.mt_events where tenant_id = $1 and type = '{StoreModel.Gap}'");
            look.Parameters.Add(new() { Value = Tenant });
            return await look.ExecuteScalarAsync(TestContext.Current.CancellationToken) as string;
        });

        await EntriesAsync($"?stream={await Draft()}", 1);

        (await CountAsync($"?type={StoreModel.Gap}")).ShouldBe(0);
        (await Get($"/v1/audit/streams/{StoreModel.GapStream}")).ShouldRefuse(404, "not_found");
        (await Post("/v1/audit/reclassify-policy-id", new { eventIds = new[] { gap }, toPolicyId = "sec-12m", reason = new { code = "correction" } })).ShouldRefuse(404, "not_found");
    }

    [Fact]
    public async Task another_tenants_entries_are_not_in_it_and_it_takes_the_right_to_read_it()
    {
        var instance = await Draft();
        await EntriesAsync($"?stream={instance}", 1);
        var home = Ids.New("ten");
        var stranger = await Join("owner", $"/tenants/{home}", home: home);

        Streams((await Get($"{Trail}?stream={instance}", stranger)).ShouldHave(200)).ShouldBeEmpty();
        (await Get(Trail, await Join("operator", $"/tenants/{Tenant}"))).ShouldRefuse(403, "forbidden");
        (await Get(Trail, await Join("auditor", $"/tenants/{Tenant}"))).ShouldHave(200);
    }

    [Fact]
    public async Task nothing_personal_stands_in_it()
    {
        var canary = $"canary{Guid.CreateVersion7():N}";
        var instance = await Draft(canary);
        await EntriesAsync($"?stream={instance}", 1);

        (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
        (await Get($"/v1/audit/streams/{instance}")).ShouldHave(200).Body!.ToJsonString().ShouldNotContain(canary);
    }

    [Fact]
    public async Task a_stream_is_told_as_it_was_at_a_version_or_time()
    {
        var instance = await Trial();
        (await Post($"{All}/{instance}/suspend", "{}")).ShouldHave(200);

        var now = (await Get($"/v1/audit/streams/{instance}")).ShouldHave(200);
        var then = (await Get($"/v1/audit/streams/{instance}?version=2")).ShouldHave(200);
        var drafted = Time(now.Body!["items"]![2]!, "at");
        var once = (await Get($"/v1/audit/streams/{instance}?at={Uri.EscapeDataString(drafted.ToString("O"))}")).ShouldHave(200);

        now.Body["items"]!.AsArray().Select(e => (string)e!["type"]!).ShouldBe(["agent_instance.suspended", "agent_instance.trial_started", "agent_instance.drafted"]);
        ((int)now.Body["version"]!, (int)then.Body!["version"]!, (int)once.Body!["version"]!).ShouldBe((3, 2, 1));
        (now.Body["state"]!["life"]!["suspensions"]!.AsArray().Count, then.Body["state"]!["life"]!["suspensions"]!.AsArray().Count).ShouldBe((1, 0));
        ((string)then.Body["state"]!["life"]!["underlying"]!, (string)once.Body["state"]!["life"]!["underlying"]!).ShouldBe(("trial", "draft"));
        ((string)once.Body["state"]!["displayName"]!, (string)once.Body["items"]![0]!["data"]!["displayName"]!).ShouldBe(("[personal]", "[personal]"));
    }

    [Fact]
    public async Task a_stream_is_paged_and_what_is_not_there_or_not_yet_is_told()
    {
        var instance = await Trial();

        var first = (await Get($"/v1/audit/streams/{instance}?limit=1")).ShouldHave(200);
        var second = (await Get($"/v1/audit/streams/{instance}?limit=1&cursor={first.Text("nextCursor")}")).ShouldHave(200);

        ((string)first.Body!["items"]![0]!["type"]!, (string)second.Body!["items"]![0]!["type"]!).ShouldBe(("agent_instance.trial_started", "agent_instance.drafted"));
        (second.Body["state"], second.Body["nextCursor"]).ShouldBe((null, null));
        (await Get($"/v1/audit/streams/{Ids.New("ain")}")).ShouldRefuse(404, "not_found");
        (await Get($"/v1/audit/streams/{instance}?at=2020-01-01T00:00:00Z")).ShouldRefuse(404, "not_found");
        (await Get($"/v1/audit/streams/{instance}?at=2120-01-01T00:00:00Z")).Faults.ShouldBe(["?at out_of_range"]);
        (await Get($"/v1/audit/streams/{instance}?version=0")).Faults.ShouldBe(["?version out_of_range"]);
        var home = Ids.New("ten");
        (await Get($"/v1/audit/streams/{instance}", await Join("owner", $"/tenants/{home}", home: home))).ShouldRefuse(404, "not_found");
        (await Get($"/v1/audit/streams/{instance}", await Join("billing", $"/tenants/{Tenant}"))).ShouldRefuse(403, "forbidden");
    }

    [Fact]
    public async Task every_kind_of_stream_folds()
    {
        await Trial();
        (await Post("/v1/invitations", new { telegramUserId = "4711", role = "operator" })).ShouldHave(201);
        (await Send(HttpMethod.Delete, $"/v1/tenants/{Tenant}", $$"""{"reason":"customer","confirm":"{{Tenant}}"}""")).ShouldHave(202);
        (await Post($"/v1/tenants/{Tenant}/restore", "{}")).ShouldHave(200);
        (await Get(Trail)).ShouldHave(200);
        var streams = await Until.FoundAsync(async () =>
        {
            var found = Streams((await Get($"{Trail}?limit=200")).ShouldHave(200)).Distinct().ToArray();
            return found.Any(stream => stream.Contains("~reads~", StringComparison.Ordinal)) ? found : null;
        });

        streams.Length.ShouldBeGreaterThan(5);
        foreach (var stream in streams)
        {
            (await Get($"/v1/audit/streams/{Uri.EscapeDataString(stream)}")).ShouldHave(200).Body!["state"].ShouldNotBeNull(stream);
        }
    }

    [Fact]
    public async Task reads_of_the_trail_and_by_staff_stand_in_the_tenants_trail()
    {
        var instance = await Draft();
        (await Get($"{All}/{instance}")).ShouldHave(200);
        (await Get($"{All}/{instance}", Platform, ("X-Tenant-Id", Tenant), ("X-Request-Id", "req-of-staff"))).ShouldHave(200);
        (await Get(Trail)).ShouldHave(200);

        var stream = ReadLedger.IdOf(Tenant, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        var reads = await Until.FoundAsync(async () =>
        {
            await using var session = App.Store.QuerySession(Tenant);
            var told = (await session.Events.FetchStreamAsync(stream, token: TestContext.Current.CancellationToken)).Select(e => e.Data).OfType<ReadsAudited>().SelectMany(e => e.Reads).ToArray();
            return told.Length >= 2 ? told : null;
        });

        reads.Select(read => (read.OperationCode, read.ResourceId)).ShouldBe([("GET /v1/agent-instances/{id}", instance), ("GET /v1/audit/events", null)]);
        (reads[0].RequestId, reads[1].ActorId).ShouldBe(("req-of-staff", Me));
        await EntriesAsync("?type=audit.reads", 1);
    }

    [Fact]
    public async Task an_entry_whose_time_has_come_leaves_for_ever_and_the_event_stays()
    {
        var instance = await Draft();
        (await Get(All, Owner)).ShouldHave(200);
        var entry = (await EntriesAsync($"?stream={instance}", 1))[0];
        await LetExpireAsync(instance);
        Streams((await Get($"{Trail}?stream={instance}")).ShouldHave(200)).ShouldBeEmpty();

        var sweeper = App.Host.Services.GetRequiredService<RetentionSweeper>();
        await Until.TrueAsync(async () => await sweeper.SweepAsync(TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken) is not null);

        await using var session = App.Store.QuerySession(Tenant);
        var left = (await session.Events.FetchStreamAsync(TrailLedger.IdOf(Tenant), token: TestContext.Current.CancellationToken)).Select(e => e.Data).OfType<TrailEntriesExpired>().ShouldHaveSingleItem();
        (left.PolicyId, left.Count, left.EntriesHash).ShouldBe(("ops-6m", 1, RetentionSweeper.HashOf([Guid.Parse((string)entry["id"]!)])));
        left.Sequences.ShouldBe([(long)entry["sequence"]!]);
        (await Get($"/v1/audit/streams/{instance}")).ShouldHave(200).Body!["items"]!.AsArray().Count.ShouldBe(1);
        (await Post("/v1/audit/reclassify-policy-id", new { eventIds = new[] { (string)entry["id"]! }, toPolicyId = "sec-12m", reason = new { code = "correction" } })).ShouldRefuse(410, "gone");

        // As a rebuild would: every event of the tenant again, from the first.
        await ReplayAsync(session);
        Streams((await Get($"{Trail}?stream={instance}")).ShouldHave(200)).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_persons_key_goes_with_his_last_entry_if_he_is_nobody_any_more()
    {
        var (signup, invited) = (Ids.New("sgn"), Ids.New("prn"));
        await Join("operator", $"/tenants/{Tenant}", invited);
        await using (var session = App.Store.LightweightSession(Tenant))
        {
            session.Events.StartStream<ControlPlane.Signup.PendingSignup>(
                signup, new ControlPlane.Signup.SignupStarted(new("x@example.org"), new("X"), "FR", "en", "1", "1", false, null, TimeProvider.System.GetUtcNow()));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await EntriesAsync($"?stream={signup}", 1);
        await EntriesAsync($"?stream={invited}", 3);
        await LetExpireAsync(signup);
        await LetExpireAsync(invited);

        var sweeper = App.Host.Services.GetRequiredService<RetentionSweeper>();
        await Until.TrueAsync(async () => await sweeper.SweepAsync(TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken) is not null);

        (await HasKeyAsync(signup), await HasKeyAsync(invited)).ShouldBe((false, true));
    }

    private async Task<bool> HasKeyAsync(string subject)
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var look = database.CreateCommand("select wrapped is not null from controlplane.subject_keys where tenant_id = $1 and subject = $2");
        look.Parameters.Add(new() { Value = Tenant });
        look.Parameters.Add(new() { Value = subject });
        return (bool)(await look.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    // The clock of the trail can't be moved, so its entries are.
    private async Task LetExpireAsync(string stream)
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var update = database.CreateCommand("update controlplane.trail set expires_at = now() - interval '1 second' where tenant_id = $1 and stream = $2");
        update.Parameters.Add(new() { Value = Tenant });
        update.Parameters.Add(new() { Value = stream });
        await update.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task ReplayAsync(IQuerySession session)
    {
        var catalog = App.Host.Services.GetRequiredService<CatalogStore>();
        var events = await session.Events.QueryAllRawEvents().OrderBy(e => e.Sequence).ToListAsync(TestContext.Current.CancellationToken);
        await using var writing = App.Store.LightweightSession(Tenant);
        await new TrailProjection(new((policy, start) => catalog.Newest<RetentionPolicy>(policy)!.Spec.Duration.After(start), () => []))
            .ApplyAsync(writing, events, TestContext.Current.CancellationToken);
        await writing.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private Task<JsonNode[]> EntriesAsync(string query, int count) => Until.FoundAsync(async () =>
        (await Get(Trail + query)).ShouldHave(200).Body!["items"]!.AsArray() is var items && items.Count >= count ? items.Select(item => item!).ToArray() : null);

    private async Task<int> CountAsync(string query) => (await Get(Trail + query)).ShouldHave(200).Body!["items"]!.AsArray().Count;

    private static IEnumerable<string> Streams(Reply page) => page.Body!["items"]!.AsArray().Select(entry => (string)entry!["stream"]!);

    private static DateTimeOffset Time(JsonNode node, string field) => DateTimeOffset.Parse((string)node[field]!, CultureInfo.InvariantCulture);
}
