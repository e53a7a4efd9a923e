using ControlPlane.Iam;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;

namespace ControlPlane.Tests.Iam;

public class TokenTests(App app) : AppTest(app)
{
    [Fact]
    public async Task a_minted_token_works_at_once_and_carries_no_more_than_its_scopes()
    {
        var minted = await Post("/v1/auth/tokens", new { name = "laptop", scopes = new[] { "instances:read" } });

        minted.Status.ShouldBe(201);
        var me = await Get("/v1/whoami", minted.Text("secret"));
        me.Status.ShouldBe(200);
        me.Text("tokenId").ShouldBe(minted.Text("id"));
        me.Body!["grants"]!.ToJsonString().ShouldBe("""[{"scope":"/tenants/TENANT","permissions":["instances:read"]}]""".Replace("TENANT", Tenant, StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_narrow_token_mints_neither_wider_scopes_nor_an_unscoped_token()
    {
        var narrow = (await Post("/v1/auth/tokens", new { name = "narrow", scopes = new[] { "instances:read" } })).Text("secret");

        var wider = await Post("/v1/auth/tokens", new { name = "wider", scopes = new[] { "iam:write" } }, narrow);
        var unscoped = await Post("/v1/auth/tokens", new { name = "same" }, narrow);

        (wider.Status, wider.Text("code")).ShouldBe((403, "privilege_escalation"));
        unscoped.Body!["scopes"]!.ToJsonString().ShouldBe("""["instances:read"]""");
    }

    [Fact]
    public async Task a_repeated_key_gets_the_first_answer_without_the_secret()
    {
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());

        var first = await Post("/v1/auth/tokens", new { name = "once" }, headers: key);
        var second = await Post("/v1/auth/tokens", new { name = "once" }, headers: key);
        var other = await Post("/v1/auth/tokens", new { name = "twice" }, headers: key);

        (second.Status, second.Text("id"), second.Text("secret")).ShouldBe((201, first.Text("id"), null));
        second.Headers["Idempotency-Replayed"].ShouldBe("true");
        (other.Status, other.Text("code")).ShouldBe((422, "idempotency_key_reused"));
    }

    [Fact]
    public async Task a_key_whose_time_is_over_is_a_new_key()
    {
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        var first = await Post("/v1/auth/tokens", new { name = "once" }, headers: key);
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using (var age = database.CreateCommand($"update controlplane.idempotency_keys set expires_at = now() where tenant_id = '{Tenant}'"))
        {
            (await age.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        }

        var second = await Post("/v1/auth/tokens", new { name = "other body" }, headers: key);
        var third = await Post("/v1/auth/tokens", new { name = "other body" }, headers: key);

        second.Status.ShouldBe(201);
        second.Text("id").ShouldNotBe(first.Text("id"));
        (third.Status, third.Text("id")).ShouldBe((201, second.Text("id")));
    }

    [Fact]
    public async Task requests_racing_under_one_key_mint_one_token()
    {
        var name = Guid.CreateVersion7().ToString();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Post("/v1/auth/tokens", new { name }, headers: ("Idempotency-Key", name))));

        replies.ShouldAllBe(reply => reply.Status == 201 || reply.Status == 409);
        replies.Where(reply => reply.Status == 201).Select(reply => reply.Text("id")).Distinct().Count().ShouldBe(1);
        (await Get("/v1/auth/tokens?limit=200")).Body!["items"]!.AsArray().Count(token => (string?)token!["name"] == name).ShouldBe(1);
    }

    [Fact]
    public async Task a_revoked_token_is_refused_and_revoking_twice_is_no_error()
    {
        var minted = await Post("/v1/auth/tokens", new { name = "brief" });
        (await Get("/v1/whoami", minted.Text("secret"))).Status.ShouldBe(200);

        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{minted.Text("id")}", headers: ("If-Match", "\"1.x\""))).Status.ShouldBe(204);
        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{minted.Text("id")}")).Status.ShouldBe(204);

        (await Get("/v1/whoami", minted.Text("secret"))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task revocations_at_once_undo_none_of_each_other()
    {
        var principal = Ids.New("prn");
        await Join(Roles.Operator, $"/tenants/{Tenant}", principal);
        var tokens = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            tokens.Add((await Post("/v1/auth/tokens", new { name = $"{i}", principalId = principal })).ShouldHave(201).Text("id")!);
        }

        var role = (string)(await Get($"/v1/role-assignments?principalId={principal}")).Body!["items"]![0]!["id"]!;

        var replies = await Task.WhenAll(
            tokens.Select(token => Send(HttpMethod.Delete, $"/v1/auth/tokens/{token}")).Append(Send(HttpMethod.Delete, $"/v1/role-assignments/{role}")));

        replies.Select(reply => reply.Status).Distinct().ShouldBe([204]);
        await using var session = App.Store.QuerySession(Tenant);
        var left = (await session.LoadAsync<Principal>(principal, TestContext.Current.CancellationToken))!;
        left.Assignments.ShouldBeEmpty();
        left.Tokens.Select(token => token.Id).Intersect(tokens).ShouldBeEmpty();
    }

    [Fact]
    public async Task another_principals_token_is_as_absent_as_one_that_never_was()
    {
        var minted = await Post("/v1/auth/tokens", new { name = "mine" });

        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{minted.Text("id")}", token: Runtime)).Status.ShouldBe(404);
        (await Send(HttpMethod.Delete, "/v1/auth/tokens/pat_0", token: Runtime)).Status.ShouldBe(404);
        var listed = await Get($"/v1/auth/tokens?principalId={Me}", Runtime);
        (listed.Status, listed.Text("missingPermission")).ShouldBe((403, "tokens:write"));
    }

    [Fact]
    public async Task an_admin_revokes_the_tokens_of_others_but_not_an_owners()
    {
        var here = $"/tenants/{Tenant}";
        var (admin, auditor) = (await Join("admin", here), await Join("auditor", here));
        var owners = (await Get("/v1/whoami")).Text("tokenId");
        var auditors = (await Get("/v1/whoami", auditor)).Text("tokenId");

        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{owners}", token: admin)).Status.ShouldBe(403);
        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{owners}", token: auditor)).Status.ShouldBe(404);
        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{auditors}", token: admin)).Status.ShouldBe(204);

        (await Get("/v1/whoami")).Status.ShouldBe(200);
        (await Get("/v1/whoami", auditor)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task pages_follow_each_other_and_a_cursor_serves_only_its_own_list()
    {
        await Post("/v1/auth/tokens", new { name = "second" });
        var first = await Get("/v1/auth/tokens?limit=1");
        var cursor = first.Text("nextCursor")!;

        var second = await Get($"/v1/auth/tokens?limit=1&cursor={cursor}");
        var altered = await Get($"/v1/auth/tokens?limit=1&cursor={(cursor[0] == 'A' ? 'B' : 'A')}{cursor[1..]}");
        var foreign = await Get($"/v1/auth/tokens?limit=1&cursor={cursor}", Platform);

        ((string?)first.Body!["items"]![0]!["name"], (string?)second.Body!["items"]![0]!["name"]).ShouldBe(("second", "first"));
        second.Text("nextCursor").ShouldBeNull();
        altered.Faults.ShouldBe(["?cursor cursor_invalid"]);
        altered.Headers.ShouldContainKeyAndValue("X-Content-Type-Options", "nosniff");
        altered.Headers.ShouldContainKey("RateLimit");
        foreign.Faults.ShouldBe(["?cursor cursor_invalid"]);
    }

    [Theory]
    [InlineData("""{"nme":"x","scopes":[1],"expiresAt":"soon"}""", "/expiresAt type|/name required|/nme unknown_field|/scopes/0 type")]
    [InlineData("""{"name":"x","scopes":["no:such"]}""", "/scopes/0 not_one_of")]
    [InlineData("""{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt out_of_range")]
    [InlineData("""{"name":""}""", "/name required")]
    [InlineData("""{"name":"  "}""", "/name required")]
    [InlineData("""{"name":"a\u0007b"}""", "/name characters")]
    [InlineData("""{"name":""", " invalid_json")]
    [InlineData("""{"\ud800":1,"name":"x"}""", " invalid_json")]
    [InlineData("""{"name":"\ud800"}""", "/name type")]
    [InlineData("""{"name":"x","name":"y"}""", " invalid_json")]
    public async Task every_fault_of_a_body_is_told_with_its_place(string body, string faults)
    {
        var reply = await Post("/v1/auth/tokens", body);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Fact]
    public async Task unknown_parameters_are_refused_by_name() =>
        (await Get("/v1/auth/tokens?limit=0&page=2")).Faults.ShouldBe(["?limit out_of_range", "?page unknown_parameter"]);
}
