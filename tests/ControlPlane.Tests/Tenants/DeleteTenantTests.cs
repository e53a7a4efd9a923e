using System.Globalization;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using ControlPlane.Tests.AgentInstances;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Tenants;

public class DeleteTenantTests(App app) : TenantTest(app)
{
    [Fact]
    public async Task a_deleted_tenant_is_told_when_it_will_be_gone_and_what_stays()
    {
        var before = TimeProvider.System.GetUtcNow();

        var reply = (await Delete()).ShouldHave(202);

        reply.Text("state").ShouldBe("tombstoned");
        Time(reply, "purgeAt").ShouldBe(before.AddDays(30), TimeSpan.FromMinutes(1));
        Time(reply, "restoreUntil").ShouldBe(Time(reply, "purgeAt"));
        reply.Body!["legalDeadline"].ShouldBeNull();
        reply.Body["retained"]!.AsArray().Select(kept => (string)kept!["policyId"]!).ShouldBe(["erasure-evidence-5y", "fin-10y"]);
        reply.Text("certificateUrl")!.ShouldContain("/v1/erasure-certificates/ocp_cer_");
        (await Life()).ShouldBe(["created", "deletion_requested"]);
    }

    [Fact]
    public async Task a_persons_demand_has_a_legal_deadline()
    {
        var reply = (await Delete(new { reason = "art17", confirm = Tenant, graceDays = 30 })).ShouldHave(202);

        (Time(reply, "legalDeadline") - Time(reply, "purgeAt")).ShouldBe(TimeSpan.FromDays(2));
    }

    [Fact]
    public async Task the_query_string_says_what_a_proxy_has_dropped_from_the_body()
    {
        var reply = (await Send(HttpMethod.Delete, $"{Here}?reason=tos&confirm={Tenant}&graceDays=3")).ShouldHave(202);

        Time(reply, "purgeAt").ShouldBe(TimeProvider.System.GetUtcNow().AddDays(3), TimeSpan.FromMinutes(1));
        (await Stored()).Deletion!.Reason.ShouldBe(TenantDeletionReason.Tos);
    }

    [Fact]
    public async Task asking_again_changes_nothing_and_answers_the_same()
    {
        var first = (await Delete()).ShouldHave(202);
        var again = (await Delete(new { reason = "art17", confirm = Tenant, graceDays = 0 })).ShouldHave(202);

        again.Body!.ToJsonString().ShouldBe(first.Body!.ToJsonString());
        (await Life()).Count(type => type == "deletion_requested").ShouldBe(1);
    }

    [Fact]
    public async Task two_who_delete_at_once_delete_once()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Delete()));

        replies.Select(reply => reply.Status).ShouldAllBe(status => status == 202 || status == 409);
        replies.Where(reply => reply.Status == 202).Select(reply => reply.Text("operationId")).Distinct().ShouldHaveSingleItem();
        (await Life()).Count(type => type == "deletion_requested").ShouldBe(1);
    }

    [Fact]
    public async Task what_would_happen_can_be_asked_and_changes_nothing()
    {
        var (running, draft) = (await Trial("runs"), await Draft("draft"));

        var reply = (await Delete(query: "?validateOnly=true")).ShouldHave(200);

        reply.Text("state").ShouldBe("active");
        reply.Body!["operationId"].ShouldBeNull();
        reply.Body["certificateUrl"].ShouldBeNull();
        reply.Body["stops"]!.ToJsonString().ShouldBe($$"""[{"kind":"agent_instance","count":1,"ids":["{{running}}"]}]""");
        reply.Body["erases"]!.AsArray().Single(one => (string)one!["kind"]! == "agent_instance")!["ids"]!.AsArray().Select(id => (string)id!).ShouldBe([running, draft], ignoreOrder: true);
        reply.Body["erases"]!.AsArray().Single(one => (string)one!["kind"]! == "principal")!["ids"]!.AsArray().Select(id => (string)id!).ShouldBe([Me]);
        reply.Body["retained"]!.AsArray().Count.ShouldBe(3);
        (await Life()).ShouldBe(["created"]);
        (await State(running)).ShouldBe("trial");
    }

    [Fact]
    public async Task its_keys_are_quarantined_in_the_same_commit_and_its_instances_stop()
    {
        var instance = await Trial("Quarantined");

        (await Delete()).ShouldHave(202);

        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var look = database.CreateCommand(
            """
            select keys.state, keys.xmin::text = stored.xmin::text
            from controlplane.tenant_keys keys join controlplane.mt_events stored on stored.stream_id = keys.tenant_id and stored.type = 'tenant.deletion_requested'
            where keys.tenant_id = $1
            """);
        look.Parameters.Add(new() { Value = Tenant });
        await using var row = await look.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.ReadAsync(TestContext.Current.CancellationToken);
        (row.GetString(0), row.GetBoolean(1)).ShouldBe(("quarantined", true));
        var shown = (await Get($"/v1/agent-instances/{instance}", Platform, ("X-Tenant-Id", Tenant))).ShouldHave(200);
        (shown.Text("displayName"), shown.Text("state")).ShouldBe((Personal.Quarantined, "suspended"));
        (await History(instance)).ShouldBe(["drafted", "trial_started", "suspended"]);
    }

    [Fact]
    public async Task its_tokens_are_refused_but_for_what_its_owners_may_still_ask()
    {
        var admin = await Join("admin", $"/tenants/{Tenant}");
        var operation = (await Delete()).ShouldHave(202).Text("operationId");

        foreach (var token in new[] { Owner, admin })
        {
            (await Get("/v1/agent-instances", token)).ShouldRefuse(403, "tenant_tombstoned");
            (await Post("/v1/agent-instances", new { blueprintRef = Blueprint, displayName = "x" }, token)).ShouldRefuse(403, "tenant_tombstoned");
            (await Get("/v1/whoami", token)).ShouldRefuse(403, "tenant_tombstoned");
            (await Post("/v1/auth/tokens", new { name = "x" }, token)).ShouldRefuse(403, "tenant_tombstoned");
        }

        (await Get(Here)).ShouldHave(200).Text("state").ShouldBe("tombstoned");
        (await Get($"/v1/operations/{operation}")).ShouldHave(200).Text("state").ShouldBe("scheduled");
        (await Get(Here, admin)).ShouldRefuse(403, "tenant_tombstoned");
        (await Get($"/v1/operations/{operation}", admin)).ShouldRefuse(403, "tenant_tombstoned");
        (await Restore(admin)).ShouldRefuse(403, "tenant_tombstoned");
        (await Delete(token: admin)).ShouldRefuse(403, "tenant_tombstoned");
    }

    [Fact]
    public async Task staff_may_read_what_is_left_and_change_nothing()
    {
        var support = await Join("admin", "/", home: ControlPlane.Tenants.Tenant.Platform);
        (await Delete()).ShouldHave(202);

        (await Get("/v1/principals", support, ("X-Tenant-Id", Tenant))).ShouldHave(200);
        (await Get(Here, support)).ShouldHave(200).Text("name").ShouldBe(Personal.Quarantined);
        (await Post("/v1/agent-instances", new { blueprintRef = Blueprint, displayName = "x" }, support, ("X-Tenant-Id", Tenant))).ShouldRefuse(403, "tenant_tombstoned");
    }

    [Fact]
    public async Task an_invitation_to_it_leads_nowhere()
    {
        await Post("/v1/invitations", new { email = $"{Me}@invited.example.org", role = "operator" });
        var letter = await App.Outside.ExpectAsync("postmark", $"{Me}@invited.example.org", sent => sent.Method == "POST", TestContext.Current.CancellationToken);
        var token = System.Text.RegularExpressions.Regex.Match((string)letter.Body!["TextBody"]!, "ocp_inv_[0-9A-Za-z]+").Value;
        (await Delete()).ShouldHave(202);

        var reply = await Post($"/v1/invitations/{token}/accept", new { displayName = "Bob", termsVersion = "2026-06", privacyVersion = "2026-06" }, token: null);

        reply.ShouldRefuse(410, "gone");
    }

    [Fact]
    public async Task every_owner_is_told_how_to_restore_and_where_the_certificate_will_be()
    {
        await Join("owner", $"/tenants/{Tenant}", email: $"{Me}@second.example.org");
        await Join("operator", $"/tenants/{Tenant}", email: $"{Me}@third.example.org");

        var url = (await Delete()).ShouldHave(202).Text("certificateUrl")!;

        foreach (var address in new[] { $"{Me}@example.org", $"{Me}@second.example.org" })
        {
            var letter = await App.Outside.ExpectAsync("postmark", address, sent => sent.Method == "POST", TestContext.Current.CancellationToken);
            ((string)letter.Body!["Subject"]!).ShouldBe("Your account is deleted");
            ((string)letter.Body["TextBody"]!).ShouldContain(url);
        }

        (await App.Outside.LogAsync("postmark", $"{Me}@third.example.org", cancel: TestContext.Current.CancellationToken)).ShouldBeEmpty();
        var operation = (await Stored()).Deletion!.OperationId;
        await ControlPlane.Tests.Bus.Until.TrueAsync(async () => (await History(operation)).SequenceEqual(["key_made", "key_opened", "key_opened"]));
    }

    [Fact]
    public async Task it_is_for_owners_only_here_and_everywhere()
    {
        var stranger = Ids.New("ten");
        foreach (var role in new[] { "admin", "operator", "billing", "auditor" })
        {
            var refused = await Delete(token: await Join(role, $"/tenants/{Tenant}"));
            refused.ShouldRefuse(403, "forbidden");
            refused.Text("missingPermission").ShouldBe("tenant:delete");
        }

        (await Delete(token: await Join("owner", $"/tenants/{stranger}", home: stranger))).ShouldRefuse(404, "not_found");
        (await Delete(token: Platform, headers: ("X-Tenant-Id", stranger))).ShouldRefuse(400, "invalid_request");
        (await Life()).ShouldBe(["created"]);
        (await Delete(token: Platform)).ShouldHave(202);
    }

    [Fact]
    public async Task the_platform_stays() => (await Send(
        HttpMethod.Delete, "/v1/tenants/platform", """{"reason":"tos","confirm":"platform"}""", Platform)).ShouldRefuse(409, "platform_tenant");

    [Fact]
    public async Task what_is_wrong_is_told()
    {
        (await Delete(new { confirm = Tenant })).Faults.ShouldBe(["/reason required"]);
        (await Delete(new { reason = "boredom", confirm = Tenant, graceDays = 31 })).Faults.ShouldBe(["/graceDays out_of_range", "/reason not_one_of"]);
        (await Send(HttpMethod.Delete, $"{Here}?graceDays=31&validateOnly=perhaps")).Faults.Length.ShouldBe(2);
        var mismatch = await Delete(new { reason = "customer", confirm = "platform" });
        (mismatch.Status, mismatch.Text("code")).ShouldBe((422, "confirmation_mismatch"));
        mismatch.Faults.ShouldBe(["/confirm mismatch"]);
        (await Delete(new { reason = "customer" })).ShouldRefuse(422, "confirmation_mismatch");
        (await Life()).ShouldBe(["created"]);
    }

    [Fact]
    public async Task an_answer_that_was_kept_is_not_told_to_a_tombstone()
    {
        (string, string) key = ("Idempotency-Key", Ids.New("key"));
        (await Post("/v1/agent-instances", new { blueprintRef = Blueprint, displayName = "Kept" }, "owner", key)).ShouldHave(201);
        (await Delete()).ShouldHave(202);

        (await Post("/v1/agent-instances", new { blueprintRef = Blueprint, displayName = "Kept" }, "owner", key)).ShouldRefuse(403, "tenant_tombstoned");
    }

    [Fact]
    public async Task it_can_be_read_with_its_deletion()
    {
        (await Get(Here)).ShouldHave(200).Body!["deletion"].ShouldBeNull();
        var asked = (await Delete()).ShouldHave(202);

        var shown = (await Get(Here)).ShouldHave(200);

        var deletion = shown.Body!["deletion"]!;
        ((string?)deletion["operationId"], (string?)deletion["reason"], (string?)deletion["certificateUrl"]).ShouldBe((asked.Text("operationId"), "customer", asked.Text("certificateUrl")));
        deletion["steps"]!.AsArray().Select(step => (string)step!["name"]!).ShouldBe(App.Host.Services.GetRequiredService<Lifecycles>().Steps.Select(step => step.Name));
        deletion["steps"]!.AsArray().ShouldAllBe(step => (string)step!["state"]! == "pending");
        (await Get(Here, "owner", ("If-None-Match", shown.Headers["ETag"]))).Status.ShouldBe(304);
        (await Get(Here, "owner", ("X-Tenant-Id", Ids.New("ten")))).Faults.ShouldBe([" tenant_mismatch"]);
    }

    private static DateTimeOffset Time(Reply reply, string field) => DateTimeOffset.Parse(reply.Text(field)!, CultureInfo.InvariantCulture);
}
