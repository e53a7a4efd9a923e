using ControlPlane.Storage;
using ControlPlane.Iam;
using ControlPlane.Tests.AgentInstances;

namespace ControlPlane.Tests.Iam;

public class RoleAssignmentsTests(App app) : AppTest(app)
{
    private const string All = "/v1/role-assignments";

    private string Here => $"/tenants/{Tenant}";

    [Fact]
    public async Task a_role_that_is_granted_works_at_the_next_request_and_is_read_with_its_origin()
    {
        var (bob, token) = await Somebody("billing");
        (await Get("/v1/role-definitions", token)).Status.ShouldBe(403);

        var granted = (await Grant(bob, "operator")).ShouldHave(201);

        (await Get("/v1/role-definitions", token)).Status.ShouldBe(200);
        granted.Headers["Location"].ShouldBe($"{All}/{granted.Text("id")}");
        var read = (await Get($"{All}/{granted.Text("id")}")).ShouldHave(200);
        (read.Text("principalId"), read.Text("role"), read.Text("scope"), read.Text("state")).ShouldBe((bob, "operator", Here, "active"));
        (read.Text("via"), read.Text("grantedBy")).ShouldBe(("direct", Me));
        (await Get($"{All}/{granted.Text("id")}", headers: ("If-None-Match", read.Headers["ETag"]))).Status.ShouldBe(304);
    }

    [Fact]
    public async Task a_role_that_is_held_already_is_answered_as_it_is()
    {
        var (bob, _) = await Somebody("billing");

        var first = (await Grant(bob, "operator")).ShouldHave(201);
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Grant(bob, "operator", scope: Here)));

        replies.ShouldAllBe(reply => reply.Status == 200 && reply.Text("id") == first.Text("id"));
        (await Get($"{All}?principalId={bob}&role=operator")).Body!["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task of_equal_grants_at_once_one_counts()
    {
        var (bob, _) = await Somebody("billing");

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Grant(bob, "auditor")));

        replies.Select(reply => reply.Status).Order().ShouldBe([200, 200, 200, 201]);
        replies.Select(reply => reply.Text("id")).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task a_role_may_be_for_one_instance_only()
    {
        var instance = (await Post("/v1/agent-instances", new { blueprintRef = "workspace-agent@1", displayName = "One" })).Text("id")!;
        var other = (await Post("/v1/agent-instances", new { blueprintRef = "workspace-agent@1", displayName = "Other" })).Text("id")!;
        var (bob, token) = await Somebody("billing", scope: $"{Here}/agents/agt_1");

        var granted = (await Post(All, new { principalId = bob, role = "operator", scope = new { type = "agent_instance", id = instance } })).ShouldHave(201);

        granted.Text("scope").ShouldBe($"{Here}/agent-instances/{instance}");
        (await Post(All, new { principalId = bob, role = "operator", scope = new { type = "workspace", id = instance } })).ShouldHave(200).Text("id").ShouldBe(granted.Text("id"));
        ((await Get($"/v1/agent-instances/{instance}", token)).Status, (await Get($"/v1/agent-instances/{other}", token)).Status).ShouldBe((200, 404));
        (await Ids($"?scopeType=agent_instance&scopeId={instance}")).ShouldBe([granted.Text("id")]);
        (await Ids($"?scopeType=tenant&principalId={bob}")).ShouldBeEmpty();
        (await Ids($"?scopeId={instance}&role=admin")).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_role_ends_by_itself_when_it_was_to()
    {
        var (bob, _) = await Somebody("billing");
        var granted = (await Grant(bob, "operator", expiresAt: TimeProvider.System.GetUtcNow().AddDays(3))).ShouldHave(201);

        (await Ids($"?principalId={bob}&expired=false")).ShouldContain(granted.Text("id"));
        (await Ids($"?principalId={bob}&expired=true")).ShouldBeEmpty();
        Day(granted.Text("expiresAt")).ShouldBe(TimeProvider.System.GetUtcNow().AddDays(3), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task a_revoked_role_is_gone_at_the_next_request_and_stays_readable()
    {
        var (bob, token) = await Somebody("billing");
        var granted = (await Grant(bob, "operator")).ShouldHave(201);
        (await Get("/v1/role-definitions", token)).Status.ShouldBe(200);

        (await Revoke(granted.Text("id"))).ShouldHave(204);
        (await Revoke(granted.Text("id"))).ShouldHave(204);

        (await Get("/v1/role-definitions", token)).Status.ShouldBe(403);
        var read = await Get($"{All}/{granted.Text("id")}");
        (read.Text("state"), read.Text("revokedBy")).ShouldBe(("revoked", Me));
        (await Ids($"?principalId={bob}&role=operator")).ShouldBeEmpty();
    }

    [Fact]
    public async Task nobody_grants_what_he_does_not_hold()
    {
        var (bob, _) = await Somebody("billing");
        var admin = await Join("admin", Here);
        var narrow = (await Post("/v1/auth/tokens", new { name = "narrow", scopes = new[] { "iam:write", "iam:read" } })).Text("secret");

        var owner = await Grant(bob, "owner", token: admin);
        owner.ShouldRefuse(403, "privilege_escalation");
        owner.Body!["excess"]!.ToJsonString().ShouldBe("""["audit:write","billing:write","tenant:delete","tenant:restore"]""");
        (await Grant(bob, "operator", token: narrow)).ShouldRefuse(403, "privilege_escalation");
        (await Grant(bob, "operator", scope: $"/tenants/{Storage.Ids.New("ten")}")).ShouldRefuse(403, "privilege_escalation");
        (await Grant(bob, "operator", scope: "/")).ShouldRefuse(403, "privilege_escalation");
        (await Grant(bob, "operator", token: admin)).ShouldHave(201);
    }

    [Fact]
    public async Task not_even_staff_grant_a_customers_principal_more_than_its_tenant()
    {
        var (bob, _) = await Somebody("billing");
        (string, string) onTenant = ("X-Tenant-Id", Tenant);

        foreach (var scope in new[] { "/", $"/tenants/{Storage.Ids.New("ten")}", "/tenants/platform" })
        {
            (await Post(All, new { principalId = bob, role = "operator", scope }, Platform, onTenant)).ShouldRefuse(422, "scope_not_assignable");
        }

        var granted = (await Post(All, new { principalId = bob, role = "operator" }, Platform, onTenant)).ShouldHave(201);
        granted.Text("scope").ShouldBe(Here);
    }

    [Fact]
    public async Task who_holds_a_right_for_a_while_hands_it_on_for_no_longer()
    {
        var until = TimeProvider.System.GetUtcNow().AddDays(2);
        var (bob, _) = await Somebody("billing");
        var (ann, anns) = await Somebody("billing");
        (await Grant(ann, "admin", expiresAt: until)).ShouldHave(201);

        (await Grant(bob, "operator", expiresAt: until.AddDays(1), token: anns)).ShouldRefuse(403, "privilege_escalation");
        var granted = (await Grant(bob, "operator", token: anns)).ShouldHave(201);

        Day(granted.Text("expiresAt")).ShouldBe(until, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task an_admin_touches_no_owner()
    {
        var admin = await Join("admin", Here);
        var (owner, _) = await Somebody("owner");
        var ownership = (await Ids($"?principalId={owner}"))[0];

        (await Grant(owner, "operator", token: admin)).ShouldRefuse(403, "forbidden");
        (await Revoke(ownership, admin)).ShouldRefuse(403, "forbidden");
        (await Revoke(ownership)).ShouldHave(204);
    }

    [Fact]
    public async Task the_last_owner_keeps_his_role_also_beside_one_whose_ownership_ends()
    {
        var mine = (await Ids($"?principalId={Me}"))[0];
        var (bob, _) = await Somebody("billing");

        (await Revoke(mine)).ShouldRefuse(409, "last_owner");
        (await Grant(bob, "owner", expiresAt: TimeProvider.System.GetUtcNow().AddDays(9))).ShouldHave(201);
        (await Revoke(mine)).ShouldRefuse(409, "last_owner");
        (await Grant((await Somebody("billing")).Id, "owner")).ShouldHave(201);
        (await Revoke(mine)).ShouldHave(204);
    }

    [Fact]
    public void an_ownership_that_is_over_keeps_no_address_of_who_loses_the_last_one()
    {
        var (now, caller) = (TimeProvider.System.GetUtcNow(), new ControlPlane.Hosting.Caller("prn_0", "pat_0", "ten_a", "ten_a", []));
        Principal Holding(params Assignment[] held) => new("prn_1", PrincipalType.User, new("a"), new("a"), null) { Assignments = [.. held] };
        int WritesOf(Principal holder) => RevokeRoleEndpoint.Delete(
            new(new("ras_1", holder.Id, "owner", "/tenants/ten_a", null, GrantedVia.Direct, "prn_0", now), holder, holder, true), caller, TimeProvider.System).Item2.Count();
        var revoked = new Assignment("ras_1", "owner", "/tenants/ten_a", null);

        WritesOf(Holding(revoked, new("ras_2", "owner", "/tenants/ten_a", now.AddDays(1)))).ShouldBe(1);
        WritesOf(Holding(revoked, new("ras_2", "owner", "/tenants/ten_a", now.AddDays(-1)))).ShouldBe(2);
    }

    [Fact]
    public async Task of_two_owners_who_demote_each_other_at_once_one_stays()
    {
        var (bob, bobs) = await Somebody("owner");
        var (mine, his) = ((await Ids($"?principalId={Me}"))[0], (await Ids($"?principalId={bob}"))[0]);

        var replies = await Task.WhenAll(Revoke(his), Revoke(mine, bobs));

        replies.Count(reply => reply.Status == 204).ShouldBe(1);
        replies.Single(reply => reply.Status != 204).Status.ShouldBeOneOf(409, 403);
        (await Get("/v1/role-assignments?role=owner", replies[0].Status == 204 ? "owner" : bobs)).Body!["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task a_role_is_granted_only_where_it_makes_sense()
    {
        var (bob, _) = await Somebody("operator");
        var instance = (await Post("/v1/agent-instances", new { blueprintRef = "workspace-agent@1", displayName = "One" })).Text("id")!;

        (await Grant(bob, "billing", scope: $"{Here}/agent-instances/{instance}")).ShouldRefuse(422, "scope_not_assignable");
        (await Grant(bob, "owner", scope: $"{Here}/agent-instances/{instance}")).ShouldRefuse(422, "scope_not_assignable");
        (await Grant(bob, "auditor", scope: $"{Here}/agent-instances/{Storage.Ids.New("ain")}")).ShouldRefuse(422, "unknown_reference");
        (await Grant(bob, "auditor", scope: $"{Here}/agents/{Storage.Ids.New("agt")}")).ShouldRefuse(422, "unknown_reference");
    }

    [Fact]
    public async Task what_is_another_tenants_is_not_there()
    {
        var foreign = (await Get("/v1/whoami", Runtime)).Text("principalId")!;

        (await Grant(foreign, "operator")).Status.ShouldBe(404);
        (await Grant(Storage.Ids.New("prn"), "operator")).Status.ShouldBe(404);
        var (mine, stranger) = ((await Ids($"?principalId={Me}"))[0], await Join("owner", "/tenants/platform", home: "platform"));
        (await Get($"{All}/{mine}", stranger)).Status.ShouldBe(404);
        (await Revoke(mine, stranger)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("""{}""", "/principalId required|/role required")]
    [InlineData("""{"principalId":"p","role":"emperor","expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt out_of_range|/role not_one_of")]
    [InlineData("""{"principalId":"p","role":"owner","scope":"tenants/x"}""", "/scope type")]
    [InlineData("""{"principalId":"p","role":"owner","scope":"/tenants/x/y"}""", "/scope type")]
    [InlineData("""{"principalId":"p","role":"owner","scope":{"type":"planet","id":"x"}}""", "/scope type")]
    [InlineData("""{"principalId":"p","role":"owner","scope":{"type":"agent","id":"a/b"}}""", "/scope type")]
    [InlineData("""{"principalId":"p","role":"owner","scope":{"type":"agent","id":"a","x":1}}""", "/scope type")]
    public async Task every_fault_is_told_with_its_place(string body, string faults) =>
        (await Post(All, body)).ShouldHave(400).Faults.ShouldBe(faults.Split('|'));

    private async Task<(string Id, string Token)> Somebody(string role, string? scope = null)
    {
        var id = Storage.Ids.New("prn");
        return (id, await Join(role, scope ?? Here, id));
    }

    private Task<Reply> Grant(string principalId, string role, string? scope = null, DateTimeOffset? expiresAt = null, string? token = "owner") =>
        Post(All, new { principalId, role, scope, expiresAt }, token);

    private Task<Reply> Revoke(string? id, string? token = "owner") => Send(HttpMethod.Delete, $"{All}/{id}", token: token);

    private async Task<string?[]> Ids(string query) =>
        [.. (await Get(All + query)).ShouldHave(200).Body!["items"]!.AsArray().Select(assignment => (string?)assignment!["id"])];

    private static DateTimeOffset Day(string? text) => DateTimeOffset.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);
}
