using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Marten;
using NewIds = ControlPlane.Storage.Ids;

namespace ControlPlane.Tests.Iam;

public class PrincipalsTests(App app) : InstanceTest(app)
{
    private const string Principals = "/v1/principals";

    private string Here => $"/tenants/{Tenant}";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task a_new_principal_has_its_roles_and_a_token_that_works_at_once()
    {
        var minted = (await Mint(new
        {
            type = "service",
            subjectId = "Deploy-Bot",
            displayName = "Deploy bot",
            notAfter = Now.AddDays(30),
            roles = new object[] { new { role = "operator" }, new { role = "auditor", scope = Here } },
            token = new { name = "ci", scopes = new[] { "iam:read" } },
        })).ShouldHave(201);

        var (principal, token) = (minted.Body!["principal"]!, minted.Body["token"]!);
        minted.Headers["Location"].ShouldBe($"{Principals}/{principal["id"]}");
        ((string?)principal["state"], (string?)principal["createdBy"], principal["roles"]!.AsArray().Count).ShouldBe(("active", Me, 2));
        var read = (await Get($"{Principals}/{principal["id"]}")).ShouldHave(200);
        read.Body!.ToJsonString().ShouldBe(principal.ToJsonString());
        (await Get($"{Principals}/{principal["id"]}", headers: ("If-None-Match", read.Headers["ETag"]))).Status.ShouldBe(304);
        var summary = read.Body["tokens"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)summary["id"], (string?)summary["hint"]).ShouldBe(((string?)token["id"], ((string)token["secret"]!)[^10..^6]));
        (await Get("/v1/whoami", (string?)token["secret"])).Body!["permissions"]!.ToJsonString().ShouldBe("""["iam:read"]""");
    }

    [Fact]
    public async Task a_repetition_shows_the_secret_no_more()
    {
        var (key, body) = (("Idempotency-Key", NewIds.New("key")), Service("repeated"));

        var first = (await Post(Principals, body, headers: key)).ShouldHave(201);
        var second = (await Post(Principals, body, headers: key)).ShouldHave(201);

        ((string?)first.Body!["token"]!["secret"]).ShouldStartWith("ocp_pat_");
        second.Body!["token"]!["secret"].ShouldBeNull();
        ((string?)second.Body["principal"]!["id"]).ShouldBe((string?)first.Body["principal"]!["id"]);
    }

    [Fact]
    public async Task a_subject_is_one_principals_also_after_it_was_revoked()
    {
        var first = Id((await Mint(User("Ann@Example.org"))).ShouldHave(201));

        var taken = await Mint(User("ann@example.ORG"));
        taken.ShouldRefuse(409, "subject_taken");
        taken.Text("principalId").ShouldBe(first);
        (await Mint(new { type = "agent", subjectId = "ann@example.org", displayName = "Her agent" })).ShouldHave(201);
        (await Revoke(first)).ShouldHave(204);
        (await Mint(User("ann@example.org"))).ShouldRefuse(409, "subject_taken");
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Mint(User("bob@example.org"))));
        atOnce.Select(reply => reply.Status).Order().ShouldBe([201, 409, 409, 409]);
    }

    [Fact]
    public async Task nobody_makes_a_principal_that_may_more_than_he()
    {
        var admin = await Join("admin", Here);

        (await Mint(Service("a", "owner"), admin)).ShouldRefuse(403, "privilege_escalation");
        (await Mint(new { type = "service", subjectId = "b", displayName = "b", token = new { scopes = new[] { "tenant:delete" } } }, admin)).ShouldRefuse(403, "privilege_escalation");
        (await Post(Principals, new { type = "service", subjectId = "c", displayName = "c", roles = new[] { new { role = "operator", scope = "/" } } }, Platform, ("X-Tenant-Id", Tenant)))
            .ShouldRefuse(422, "scope_not_assignable");
        (await Mint(Service("d", "operator"), admin)).ShouldHave(201);
    }

    [Fact]
    public async Task a_token_of_one_who_holds_nothing_yet_never_carries_more_than_its_minter()
    {
        var minted = (await Mint(new { type = "user", subjectId = "eve@example.org", displayName = "Eve" }, await Join("admin", Here))).ShouldHave(201);

        (await Post("/v1/role-assignments", new { principalId = Id(minted), role = "owner" })).ShouldHave(201);

        var permissions = (await Get("/v1/whoami", Secret(minted))).Body!["permissions"]!.AsArray().Select(permission => (string)permission!);
        permissions.ShouldBe(Roles.PermissionsOf("admin").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task who_ends_himself_makes_none_that_lasts_longer()
    {
        var end = Now.AddDays(5);
        var temp = (await Mint(new { type = "user", subjectId = "temp@example.org", displayName = "Temp", notAfter = end, roles = new[] { new { role = "admin" } } })).ShouldHave(201);

        (await Mint(new { type = "service", subjectId = "a", displayName = "a", notAfter = end.AddDays(1) }, Secret(temp))).ShouldRefuse(403, "privilege_escalation");
        var made = (await Mint(Service("b", "operator"), Secret(temp))).ShouldHave(201);

        Day(made.Body!["principal"]!["notAfter"]).ShouldBe(end, TimeSpan.FromSeconds(1));
        Day(made.Body["principal"]!["roles"]![0]!["expiresAt"]).ShouldBe(end, TimeSpan.FromSeconds(1));
        (await Change(Id(made), new { notAfter = end.AddDays(1) }, Secret(temp))).ShouldRefuse(403, "privilege_escalation");
        (await Change(Id(made), """{"notAfter":null}""", Secret(temp))).ShouldRefuse(403, "privilege_escalation");
        (await Change(Id(temp), """{"notAfter":null}""", Secret(temp))).ShouldRefuse(403, "privilege_escalation");
        (await Change(Id(made), """{"notAfter":null}""")).ShouldHave(200);
    }

    [Fact]
    public async Task names_are_masked_for_who_may_not_read_them_and_can_not_be_asked_for()
    {
        var id = Id((await Mint(User("carol@example.org"))).ShouldHave(201));
        var (mine, op) = (NewIds.New("prn"), await Join("operator", Here, null));

        var masked = (await Get($"{Principals}/{id}", op)).ShouldHave(200);
        (masked.Text("subjectId"), masked.Text("displayName")).ShouldBe(("c***@e***", "c***@e***"));
        var row = (await Get(Principals, op)).Body!["items"]!.AsArray().Single(row => (string?)row!["id"] == id)!;
        ((string?)row["subjectId"], (string?)row["displayName"]).ShouldBe(("c***@e***", "c***@e***"));
        (await Get($"{Principals}?subjectId=carol@example.org", op)).Text("missingPermission").ShouldBe("iam:read_personal");
        (await Get($"{Principals}/{id}")).Text("subjectId").ShouldBe("carol@example.org");
        (await Get($"{Principals}/me", await Join("operator", Here, mine, email: "me@example.org"))).Text("subjectId").ShouldBe("me@example.org");
    }

    [Fact]
    public async Task me_is_the_caller_also_where_staff_act_on_another_tenant()
    {
        (await Get($"{Principals}/me")).Text("id").ShouldBe(Me);
        var staff = (await Get($"{Principals}/me", Platform, ("X-Tenant-Id", Tenant))).ShouldHave(200);
        staff.Text("displayName").ShouldBe("Platform owner");
    }

    [Fact]
    public async Task the_list_is_narrowed_by_what_is_asked()
    {
        var service = Id((await Mint(Service("s", "auditor"))).ShouldHave(201));
        var user = Id((await Mint(new { type = "user", subjectId = "u@example.org", displayName = "U", notAfter = Now.AddDays(3) })).ShouldHave(201));
        var gone = Id((await Mint(Service("gone"))).ShouldHave(201));
        (await Revoke(gone)).ShouldHave(204);

        (await Ids("")).ShouldBe([user, service, Me]);
        (await Ids("?type=service")).ShouldBe([service]);
        (await Ids("?role=auditor")).ShouldBe([service]);
        (await Ids("?state=revoked")).ShouldBe([gone]);
        (await Ids("?state=expired")).ShouldBeEmpty();
        (await Ids("?state=active&type=user")).ShouldBe([user, Me]);
        (await Ids($"?expiringBefore={Now.AddDays(4):yyyy-MM-ddTHH:mm:ssZ}")).ShouldBe([user]);
        (await Ids("?subjectId=U@example.org")).ShouldBe([user]);
        var first = await Get($"{Principals}?limit=2");
        (await Ids($"?limit=2&cursor={first.Text("nextCursor")}")).ShouldBe([Me]);
    }

    [Fact]
    public async Task the_use_of_a_token_is_noted_and_who_is_idle_is_found()
    {
        var (busy, idle) = ((await Mint(Service("busy", "auditor"))).ShouldHave(201), Id((await Mint(Service("idle"))).ShouldHave(201)));
        var since = Uri.EscapeDataString(Now.ToString("O"));
        (await Get("/v1/whoami", Secret(busy))).Status.ShouldBe(200);

        await Until.TrueAsync(async () => (await Get($"{Principals}/{Id(busy)}")).Body!["tokens"]![0]!["lastUsedAt"] is not null);

        (await Ids($"?unusedSince={since}&type=service")).ShouldBe([idle]);
        (await Get($"{Principals}/{idle}")).Body!["tokens"]![0]!.AsObject().ShouldNotContainKey("lastUsedAt");
    }

    [Fact]
    public async Task the_past_is_shown_as_it_was()
    {
        var id = Id((await Mint(Service("past", "operator"))).ShouldHave(201));
        var then = Now;
        (await Change(id, new { displayName = "Renamed" })).ShouldHave(200);
        (await Post("/v1/role-assignments", new { principalId = id, role = "auditor" })).ShouldHave(201);

        var past = (await Get($"{Principals}/{id}?asOf={Uri.EscapeDataString(then.ToString("O"))}")).ShouldHave(200);

        (past.Text("displayName"), past.Body!["roles"]!.AsArray().Count).ShouldBe(("past", 1));
        (await Get($"{Principals}/{id}?asOf=2020-01-01T00:00:00Z")).Status.ShouldBe(404);
        (await Get($"{Principals}/{id}?asOf=2999-01-01T00:00:00Z")).Faults.ShouldBe(["?asOf out_of_range"]);
    }

    [Fact]
    public async Task a_change_changes_only_what_it_names_and_nothing_twice()
    {
        var id = Id((await Mint(User("dave@example.org"))).ShouldHave(201));
        var tag = (await Get($"{Principals}/{id}")).Headers["ETag"];

        var renamed = (await Send(HttpMethod.Patch, $"{Principals}/{id}", """{"subjectId":"david@example.org"}""", headers: ("If-Match", tag))).ShouldHave(200);
        (await Change(id, new { subjectId = "David@Example.org".ToLowerInvariant() })).ShouldHave(200);
        (await Send(HttpMethod.Patch, $"{Principals}/{id}", """{"displayName":"D"}""", headers: ("If-Match", tag))).Status.ShouldBe(412);

        (renamed.Text("subjectId"), renamed.Text("displayName")).ShouldBe(("david@example.org", "dave@example.org"));
        (await History(id)).ShouldBe(["created", "minted", "renamed"]);
        (await Mint(User("dave@example.org"))).ShouldHave(201);
        (await Change(id, new { subjectId = "dave@example.org" })).ShouldRefuse(409, "subject_taken");
        (await Change(id, "{}")).ShouldHave(200);
    }

    [Fact]
    public async Task an_end_cuts_the_tokens_and_is_lifted_again()
    {
        var minted = (await Mint(Service("ends", "operator"))).ShouldHave(201);
        var (id, end) = (Id(minted), Now.AddHours(2));

        (await Change(id, new { notAfter = end })).ShouldHave(200);
        Day((await Get($"{Principals}/{id}")).Body!["tokens"]![0]!["expiresAt"]).ShouldBe(end, TimeSpan.FromSeconds(1));
        (await Get("/v1/whoami", Secret(minted))).Status.ShouldBe(200);
        var ended = (await Change(id, """{"notAfter":"2020-01-01T00:00:00Z"}""")).ShouldHave(200);

        ended.Text("state").ShouldBe("expired");
        (await Get("/v1/whoami", Secret(minted))).Status.ShouldBe(401);
        (await Post("/v1/auth/tokens", new { name = "x", principalId = id, scopes = new[] { "runs:read" } })).ShouldRefuse(409, "invalid_state");
        (await Change(id, """{"notAfter":null}""")).ShouldHave(200).Text("state").ShouldBe("active");
        (await Post("/v1/auth/tokens", new { name = "x", principalId = id, scopes = new[] { "runs:read" } })).ShouldHave(201);
        (await History(id)).ShouldBe(["created", "granted", "minted", "expiry_changed", "shortened", "expiry_changed", "shortened", "expired", "expiry_changed", "minted"]);
    }

    [Fact]
    public async Task the_timer_tells_that_a_principal_has_expired_unless_its_end_was_moved()
    {
        var minted = (await Mint(new { type = "service", subjectId = "timed", displayName = "Timed", notAfter = Now.AddDays(2) })).ShouldHave(201);

        await Pull<ExpirePrincipal>();

        await Until.TrueAsync(async () => (await History(Id(minted))).Contains("expired"));
        ExpirePrincipalHandler.Handle(new("prn_1", Now), Somebody(Now.AddDays(1))).ShouldBeNull();
        ExpirePrincipalHandler.Handle(new("prn_1", Now), null).ShouldBeNull();
    }

    [Fact]
    public async Task a_revoked_principal_takes_its_roles_and_tokens_with_it()
    {
        var minted = (await Mint(Service("leaver", "operator", "auditor"))).ShouldHave(201);
        var (id, secret) = (Id(minted), Secret(minted));
        (await Get("/v1/whoami", secret)).Status.ShouldBe(200);

        (await Revoke(id)).ShouldHave(204);
        (await Revoke(id)).ShouldHave(204);

        (await Get("/v1/whoami", secret)).Status.ShouldBe(401);
        (await History(id)).ShouldBe(["created", "granted", "granted", "minted", "revoked", "revoked", "revoked", "revoked"]);
        var read = (await Get($"{Principals}/{id}")).ShouldHave(200);
        (read.Text("state"), read.Body!["roles"]!.AsArray().Count, read.Body["tokens"]!.AsArray().Count).ShouldBe(("revoked", 0, 0));
        (await Get($"/v1/role-assignments?principalId={id}")).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await Get($"/v1/auth/tokens?principalId={id}")).Body!["items"]!.AsArray().ShouldAllBe(token => (string?)token!["state"] == "revoked");
        (await Post("/v1/role-assignments", new { principalId = id, role = "operator" })).ShouldRefuse(409, "invalid_state");
        (await Post("/v1/auth/tokens", new { name = "x", principalId = id })).ShouldRefuse(409, "invalid_state");
        (await Change(id, new { displayName = "x" })).ShouldRefuse(409, "invalid_state");
        await using var session = Store.QuerySession(Tenant);
        (await session.Events.FetchStreamAsync(id, token: TestContext.Current.CancellationToken)).TakeLast(4).Select(stored => stored.CausationId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task an_admin_touches_no_owner()
    {
        var admin = await Join("admin", Here);
        var owner = Id((await Mint(Service("co-owner", "owner"))).ShouldHave(201));

        (await Revoke(owner, token: admin)).ShouldRefuse(403, "forbidden");
        (await Change(owner, new { displayName = "x" }, admin)).ShouldRefuse(403, "forbidden");
        (await Revoke(owner)).ShouldHave(204);
    }

    [Fact]
    public async Task the_last_owner_stays()
    {
        (await Revoke(Me, "?confirmSelf=true")).ShouldRefuse(409, "last_owner");
        (await Change(Me, new { notAfter = Now.AddDays(400) })).ShouldRefuse(409, "last_owner");
        (await Change(Me, """{"notAfter":"2020-01-01T00:00:00Z"}""")).ShouldRefuse(409, "last_owner");
        (await Mint(Service("second", "owner"))).ShouldHave(201);

        (await Revoke(Me)).ShouldRefuse(409, "confirmation_needed");
        (await Revoke(Me, "?confirmSelf=true")).ShouldHave(204);
        (await Get("/v1/whoami")).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("revoke", "revoke")]
    [InlineData("revoke", "expire")]
    [InlineData("expire", "expire")]
    public async Task of_two_owners_who_end_each_other_at_once_exactly_one_does(string one, string other)
    {
        var minted = (await Mint(Service("rival", "owner"))).ShouldHave(201);
        Task<Reply> End(string how, string? id, string? token) => how == "revoke" ? Revoke(id, token: token) : Change(id, new { notAfter = Now.AddMinutes(-1) }, token);

        var replies = await Task.WhenAll(End(one, Id(minted), Owner), End(other, Me, Secret(minted)));

        replies.Count(reply => reply.Status < 300).ShouldBe(1, string.Join('|', replies.Select(reply => reply.Body?.ToJsonString())));
        replies.Single(reply => reply.Status >= 300).Status.ShouldBeOneOf(409, 401, 403);
        var left = replies[0].Status < 300 ? Owner : Secret(minted);
        (await Get("/v1/whoami", left)).Status.ShouldBe(200);
        (await Get($"{Principals}?state=active&role=owner", left)).Body!["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task who_is_erased_is_unreadable_at_once_and_leaves_the_history_as_it_was()
    {
        var canary = $"canary-{NewIds.New("x")}";
        var minted = (await Mint(new { type = "user", subjectId = $"{canary}@example.org", displayName = canary, roles = new[] { new { role = "operator" } } })).ShouldHave(201);
        var id = Id(minted);
        var before = await Stored(id);

        (await Revoke(id, "?erase=true")).ShouldHave(204);
        (await Revoke(id, "?erase=true")).ShouldHave(204);

        var read = (await Get($"{Principals}/{id}")).ShouldHave(200);
        (read.Text("subjectId"), read.Text("displayName"), read.Text("state")).ShouldBe((Personal.Erased, Personal.Erased, "revoked"));
        read.Body!["erasedAt"].ShouldNotBeNull();
        (await Stored(id)).Take(before.Length).ShouldBe(before);
        (await History(id))[^1].ShouldBe("erased");
        (await Get($"{Principals}?subjectId={canary}@example.org&state=revoked")).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await Mint(User($"{canary}@example.org"))).ShouldHave(201);
        (await Get($"{Principals}/{Me}")).Text("displayName").ShouldBe("Ann");
    }

    [Fact]
    public async Task answers_that_are_kept_for_repetitions_are_erased_with_the_person()
    {
        var principal = (object)new { type = "user", subjectId = $"{Guid.CreateVersion7():N}@example.org", displayName = "Zoe Zed", roles = new[] { new { role = "operator" } } };
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        var created = (await Post("/v1/principals", principal, "owner", key)).ShouldHave(201);
        (await Post("/v1/principals", principal, "owner", key)).ShouldHave(201).Headers["Idempotency-Replayed"].ShouldBe("true");

        (await Revoke((string)(created.Body!["principal"] ?? created.Body)!["id"]!, "?erase=true")).ShouldHave(204);

        (await Post("/v1/principals", principal, "owner", key)).ShouldRefuse(410, "gone");
    }

    [Fact]
    public async Task who_was_revoked_before_can_still_be_erased()
    {
        var id = Id((await Mint(User("later@example.org"))).ShouldHave(201));
        (await Revoke(id)).ShouldHave(204);
        (await Get($"{Principals}/{id}")).Text("subjectId").ShouldBe("later@example.org");

        (await Revoke(id, "?erase=true")).ShouldHave(204);

        (await Get($"{Principals}/{id}")).Text("subjectId").ShouldBe(Personal.Erased);
        (await History(id)).ShouldBe(["created", "minted", "revoked", "revoked", "erased"]);
    }

    [Fact]
    public async Task what_is_another_tenants_is_not_there()
    {
        var stranger = await Join("owner", "/tenants/platform", home: "platform");
        foreach (var id in new[] { Me, NewIds.New("prn") })
        {
            (await Get($"{Principals}/{id}", stranger)).Status.ShouldBe(404);
            (await Change(id, new { displayName = "x" }, stranger)).Status.ShouldBe(404);
            (await Revoke(id, token: stranger)).Status.ShouldBe(404);
        }
    }

    [Theory]
    [InlineData("""{}""", "/displayName required|/subjectId required|/type required")]
    [InlineData("""{"type":"platform","subjectId":1,"displayName":""}""", "/displayName required|/subjectId type|/type not_one_of")]
    [InlineData("""{"type":"user","subjectId":"a","displayName":"a","notAfter":"2020-01-01T00:00:00Z","roles":[{"role":"x"}],"token":{"scopes":["no:such"]}}""", "/notAfter out_of_range|/roles/0/role not_one_of|/token/scopes/0 not_one_of")]
    [InlineData("""{"type":"user","subjectId":"a","displayName":"a","roles":[{}],"token":{"expiresAt":"soon"}}""", "/roles/0/role required|/token/expiresAt type")]
    public async Task every_fault_of_a_new_one_is_told_with_its_place(string body, string faults) => (await Post(Principals, body)).ShouldHave(400).Faults.ShouldBe(faults.Split('|'));

    [Theory]
    [InlineData("""{"type":"user","notAfter":7}""", "/notAfter type|/type unknown_field")]
    [InlineData("""{"subjectId":"","displayName":"a\u0007"}""", "/displayName characters|/subjectId too_short")]
    public async Task every_fault_of_a_change_is_told_with_its_place(string body, string faults) => (await Change(Me, body)).ShouldHave(400).Faults.ShouldBe(faults.Split('|'));

    private IDocumentStore Store => App.Store;

    private static object Service(string name, params string[] roles) =>
        new { type = "service", subjectId = name, displayName = name, roles = roles.Select(role => new { role }).ToArray() };

    private static object User(string email) => new { type = "user", subjectId = email, displayName = email.ToLowerInvariant() };

    private static Principal Somebody(DateTimeOffset notAfter) => new("prn_1", PrincipalType.User, new("a"), new("a"), notAfter);

    private Task<Reply> Mint(object command, string? token = "owner") => Post(Principals, command, token);

    private Task<Reply> Change(string? id, object change, string? token = "owner") =>
        Send(HttpMethod.Patch, $"{Principals}/{id}", change as string ?? System.Text.Json.JsonSerializer.Serialize(change), token);

    private Task<Reply> Revoke(string? id, string query = "", string? token = "owner") => Send(HttpMethod.Delete, $"{Principals}/{id}{query}", token: token);

    private async Task<string?[]> Ids(string query) =>
        [.. (await Get(Principals + query)).ShouldHave(200).Body!["items"]!.AsArray().Select(principal => (string?)principal!["id"])];

    private async Task<string[]> Stored(string id)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var look = database.CreateCommand("select data::text from controlplane.mt_events where stream_id = $1 order by version");
        look.Parameters.Add(new() { Value = id });
        await using var reader = await look.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var events = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            events.Add(reader.GetString(0));
        }

        return [.. events];
    }

    private static string Id(Reply minted) => (string)minted.Body!["principal"]!["id"]!;

    private static string Secret(Reply minted) => (string)minted.Body!["token"]!["secret"]!;

    private static DateTimeOffset Day(System.Text.Json.Nodes.JsonNode? text) => DateTimeOffset.Parse((string)text!, System.Globalization.CultureInfo.InvariantCulture);
}
