using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.AgentInstances;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OutsideWorld.Faults;

namespace ControlPlane.Tests.Tenants;

public class PurgeTests(App app) : TenantTest(app)
{
    // What tells of the tenant after it is gone: the history as it was sealed, its keys' graves, and what leads to the certificate.
    private static readonly string[] Evidence =
    [
        "controlplane.mt_doc_certificateaddress", "controlplane.mt_doc_tenant", "controlplane.mt_events", "controlplane.mt_streams", "controlplane.seal_tenants",
        "controlplane.subject_keys", "controlplane.tenant_keys", "controlplane.mt_doc_trialuse", "controlplane.trail",
    ];

    // Wolverine keeps what was handled for minutes; nothing of it is personal.
    private static readonly string[] Passing = ["wolverine.wolverine_incoming_envelopes", "wolverine.wolverine_node_records"];

    [Fact]
    public async Task what_is_personal_is_gone_from_everywhere_and_every_other_tenant_is_as_it_was()
    {
        var canary = $"canary{Guid.CreateVersion7():N}";
        App.Leaks.Watch(canary);
        await LiveAsync(canary);
        var other = await OtherAsync();
        await TrailHasAllAsync(other);
        var before = await RowsOfAsync(other);
        (await Delete()).ShouldHave(202);

        await Purge();

        (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
        App.Leaks.LinesWith(canary).ShouldBeEmpty();
        (await Leaks.TablesWithAsync(App.Connection, Tenant)).Except(Evidence).Except(Passing).ShouldBeEmpty();
        (await RowsOfAsync(other)).ShouldBe(before);
        (await Get(Here)).ShouldRefuse(401, "unauthenticated");
        (await Get(Here, Platform)).ShouldHave(200).Text("name").ShouldBe(Personal.Erased);
        await HistoryReplaysAsync();
        await TrailKeepsAsync(["erasure-evidence-5y", "fin-10y"]);
    }

    [Fact]
    public async Task the_certificate_tells_every_step_and_its_signature_is_ours()
    {
        await Trial();
        var asked = (await Delete(new { reason = "art17", confirm = Tenant })).ShouldHave(202);
        var path = new Uri(asked.Text("certificateUrl")!).AbsolutePath;
        var early = await Get(path, null);
        early.ShouldRefuse(409, "not_purged_yet");
        early.Text("purgeAt").ShouldBe(asked.Text("purgeAt"));

        await Purge();

        var reply = (await Get(path, null)).ShouldHave(200);
        var certificate = reply.Body!["certificate"]!;
        ((string?)certificate["tenantId"], (string?)certificate["reason"], (string?)certificate["operationId"]).ShouldBe((Tenant, "art17", asked.Text("operationId")));
        certificate["steps"]!.AsArray().Select(step => (string)step!["name"]!).ShouldBe(App.Host.Services.GetRequiredService<Lifecycles>().Steps.Select(step => step.Name));
        certificate["steps"]!.AsArray().Select(step => (string)step!["state"]!).Distinct().ShouldBe(["confirmed", "retained"], ignoreOrder: true);
        certificate["retained"]!.AsArray().Select(kept => (string)kept!["policyId"]!).ShouldBe(["erasure-evidence-5y", "fin-10y", "sec-12m"]);
        var keys = App.Host.Services.GetRequiredService<Signer>().PublicKeys;
        JsonNode.DeepEquals(JsonNode.Parse(Encoding.UTF8.GetString(keys.Payload(reply.Text("statement")!)!)), certificate).ShouldBeTrue();
        var operation = (await Get($"/v1/operations/{asked.Text("operationId")}", Platform, ("X-Tenant-Id", Tenant))).ShouldHave(200);
        operation.Text("state").ShouldBe("succeeded");
        operation.Body!["steps"]!.ToJsonString().ShouldBe(certificate["steps"]!.ToJsonString());
        (await Life()).ShouldBe(["created", "deletion_requested", "purge_started", .. Enumerable.Repeat("purge_step_ended", certificate["steps"]!.AsArray().Count), "purged"]);
        (await Delete(token: Platform)).ShouldHave(202).Text("state").ShouldBe("purged");
        (await Restore(Platform)).ShouldRefuse(410, "grace_elapsed");
    }

    [Fact]
    public async Task a_certificate_of_nothing_and_of_a_tenant_that_came_back_are_none()
    {
        (await Get($"/v1/erasure-certificates/ocp_cer_{new string('0', 49)}", null)).ShouldRefuse(404, "not_found");
        var path = new Uri((await Delete()).ShouldHave(202).Text("certificateUrl")!).AbsolutePath;
        (await Restore()).ShouldHave(200);

        (await Get(path, null)).ShouldRefuse(410, "gone");
    }

    [Fact]
    public async Task without_grace_it_starts_at_once()
    {
        (await Delete(new { reason = "customer", confirm = Tenant, graceDays = 0 })).ShouldHave(202);

        await BecomesAsync(TenantState.Purged);
    }

    [Fact]
    public async Task the_payment_provider_forgets_the_customer_and_a_provider_that_is_away_is_waited_for()
    {
        var customer = await CustomerAsync();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new($"/v1/customers/{customer}", "DELETE"), Kind = FaultKind.Status, Status = 503, Times = 1 }, TestContext.Current.CancellationToken);
        (await Delete()).ShouldHave(202);

        await Pull<PurgeTenant>();
        await Pull<RunPurgeStep>(waiting => waiting.ScheduledTime > TimeProvider.System.GetUtcNow().AddSeconds(5));
        await BecomesAsync(TenantState.Purged);

        (await App.Outside.LogAsync("stripe", cancel: TestContext.Current.CancellationToken))
            .Where(call => call.Method == "DELETE" && call.Path == $"/v1/customers/{customer}").Select(call => call.Status).ShouldBe([503, 200]);
        (await Stored()).Deletion!.Steps.Single(step => step.Step == "billing.stripe_customer").ShouldSatisfyAllConditions(
            step => step.Outcome.ShouldBe(StepOutcome.Confirmed), step => step.Count.ShouldBe(1));
    }

    [Fact]
    public async Task a_provider_that_refuses_fails_its_step_and_not_the_erasure()
    {
        var customer = await CustomerAsync();
        await App.Outside.AddFaultAsync("stripe", new() { Match = new($"/v1/customers/{customer}", "DELETE"), Kind = FaultKind.Status, Status = 403, Times = 1 }, TestContext.Current.CancellationToken);
        var operation = (await Delete()).ShouldHave(202).Text("operationId");

        await Purge();

        (await Stored()).Deletion!.Steps.Single(step => step.Step == "billing.stripe_customer").ShouldSatisfyAllConditions(
            step => step.Outcome.ShouldBe(StepOutcome.Failed), step => step.Reason.ShouldBe("refused_by_provider"));
        (await Get($"/v1/operations/{operation}", Platform, ("X-Tenant-Id", Tenant))).ShouldHave(200).Text("state").ShouldBe("failed");
    }

    private async Task LiveAsync(string canary)
    {
        var instance = await Trial(canary);
        (await Post($"{All}/{instance}/suspend", new { reason = new { comment = canary } })).ShouldHave(200);
        (await Post("/v1/principals", new { type = "service", subjectId = canary, displayName = canary, roles = new[] { new { role = "operator" } } })).ShouldHave(201);
        (await Post("/v1/invitations", new { email = $"{canary}@invited.example.org", role = "operator", message = canary }, "owner", ("Idempotency-Key", canary))).ShouldHave(201);
        (await Post("/v1/auth/tokens", new { name = canary })).ShouldHave(201);
        await App.Outside.ExpectAsync("postmark", $"{canary}@invited.example.org", sent => sent.Method == "POST", TestContext.Current.CancellationToken);
        await CustomerAsync();
    }

    /// <summary>Another tenant with the like of everything.</summary>
    private async Task<string> OtherAsync()
    {
        var other = Ids.New("ten");
        await using (var session = App.Store.LightweightSession(other))
        {
            session.Events.StartStream<ControlPlane.Tenants.Tenant>(other, new TenantCreated(new("Other's"), "FR", "en", "1", "1", false, "prn_1"));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var token = await Join(Roles.Owner, $"/tenants/{other}", home: other);
        (await Post(All, new { blueprintRef = Blueprint, displayName = "Other's" }, token, ("Idempotency-Key", other))).ShouldHave(201);
        (await Post("/v1/invitations", new { telegramUserId = "4711", role = "operator" }, token)).ShouldHave(201);
        return other;
    }

    /// <summary>All rows of a tenant, whatever table they stand in.</summary>
    private async Task<string> RowsOfAsync(string tenant)
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        var tables = (await Leaks.TablesWithAsync(App.Connection, tenant)).Except(Passing).Except(["controlplane.seal_tenants"]);
        var all = new StringBuilder();
        foreach (var table in tables)
        {
            await using var read = database.CreateCommand($"select '{table}' || coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {table} t where position($1 in t::text) > 0");
            read.Parameters.Add(new() { Value = tenant });
            all.AppendLine((string?)await read.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        return all.ToString();
    }

    private async Task TrailHasAllAsync(string tenant)
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await Until.TrueAsync(async () =>
        {
            await using var left = database.CreateCommand("select count(*) from controlplane.mt_events e where tenant_id = $1 and not exists (select from controlplane.trail t where t.tenant_id = e.tenant_id and t.sequence = e.seq_id)");
            left.Parameters.Add(new() { Value = tenant });
            return (long)(await left.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == 0;
        });
    }

    // Staff who read what is left are told of as ever. Also once the projection has come to what was stored last.
    private async Task TrailKeepsAsync(string[] policies)
    {
        async Task<string[]> Read(string column)
        {
            await using var database = NpgsqlDataSource.Create(App.Connection);
            await using var read = database.CreateCommand($"select coalesce(array_agg(distinct {column}), '{{}}') from controlplane.trail where tenant_id = $1 and type <> 'audit.reads'");
            read.Parameters.Add(new() { Value = Tenant });
            return (string[])(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        }

        await Until.TrueAsync(async () => (await Read("type")).Contains("tenant.purged"));
        (await Read("policy_id")).ShouldBe(policies, ignoreOrder: true);
    }

    // Every event is still there and readable, with nothing personal in it, and folds into what it did.
    private async Task HistoryReplaysAsync()
    {
        await using var session = App.Store.QuerySession(Tenant);
        var stored = await session.Events.QueryAllRawEvents().OrderBy(e => e.Sequence).ToListAsync(TestContext.Current.CancellationToken);
        stored.Count.ShouldBeGreaterThan(20);
        stored.SelectMany(e => PersonalFields.In(e.Data)).Select(personal => personal.Value).Distinct().ShouldBe([Personal.Erased]);
        foreach (var stream in stored.Select(e => e.StreamKey!).Distinct())
        {
            object? folded = stream.Split('_')[0] switch
            {
                "ain" when !stream.Contains('~', StringComparison.Ordinal) => await session.Events.AggregateStreamAsync<AgentInstance>(stream, token: TestContext.Current.CancellationToken),
                "prn" when !stream.Contains('~', StringComparison.Ordinal) => await session.Events.AggregateStreamAsync<Principal>(stream, token: TestContext.Current.CancellationToken),
                "inv" => await session.Events.AggregateStreamAsync<Invitation>(stream, token: TestContext.Current.CancellationToken),
                "ten" when !stream.Contains('~', StringComparison.Ordinal) => await session.Events.AggregateStreamAsync<ControlPlane.Tenants.Tenant>(stream, token: TestContext.Current.CancellationToken),
                _ => stream,
            };
            folded.ShouldNotBeNull(stream);
        }
    }
}
