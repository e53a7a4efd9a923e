using System.Net;
using System.Text.Json.Nodes;
using Alba;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Tests.Iam;

public class MintTokenTests(App app) : AppTest(app)
{
    private string Here => $"/tenants/{Tenant}";

    [Fact]
    public async Task who_may_write_tokens_mints_for_another_principal_of_the_tenant()
    {
        var operatorId = Ids.New("prn");
        await Join("operator", Here, operatorId);

        var minted = await Mint(new { name = "ci", principalId = operatorId, scopes = new[] { "runs:read" } });

        (minted.Status, minted.Text("principalId")).ShouldBe((201, operatorId));
        var it = await Get("/v1/whoami", minted.Text("secret"));
        (it.Text("principalId"), it.Body!["permissions"]!.ToJsonString()).ShouldBe((operatorId, """["runs:read"]"""));
        (await Get($"/v1/auth/tokens?principalId={operatorId}")).Body!["items"]!.AsArray().Select(token => (string?)token!["id"]).ShouldContain(minted.Text("id"));
    }

    [Fact]
    public async Task minting_for_others_needs_the_permission_whether_they_exist_or_not()
    {
        var auditor = await Join("auditor", Here);

        foreach (var principal in new[] { Me, Ids.New("prn") })
        {
            var refused = await Mint(new { name = "x", principalId = principal }, auditor);
            (refused.Status, refused.Text("missingPermission")).ShouldBe((403, "tokens:write"));
        }
    }

    [Fact]
    public async Task a_principal_of_another_tenant_is_as_absent_as_one_that_never_was()
    {
        var foreign = await Mint(new { name = "x", principalId = (await Get("/v1/whoami", Runtime)).Text("principalId") });
        var unknown = await Mint(new { name = "x", principalId = "prn_0" });

        (foreign.Status, foreign.Text("code"), unknown.Status, unknown.Text("code")).ShouldBe((404, "not_found", 404, "not_found"));
    }

    [Fact]
    public async Task platform_staff_mint_for_principals_of_the_tenant_they_act_on()
    {

        var minted = await Post("/v1/auth/tokens", new { name = "help", principalId = Me, scopes = new[] { "runs:read" } }, Platform, ("X-Tenant-Id", Tenant));

        minted.Status.ShouldBe(201);
        (await Get("/v1/whoami", minted.Text("secret"))).Text("homeTenantId").ShouldBe(Tenant);
    }

    [Fact]
    public async Task nobody_mints_what_he_or_its_holder_lacks()
    {
        var admin = await Join("admin", Here);
        var auditorId = Ids.New("prn");
        await Join("auditor", Here, auditorId);

        var forOwner = await Mint(new { name = "x", principalId = Me, scopes = new[] { "runs:read" } }, admin);
        var forAuditor = await Mint(new { name = "x", principalId = auditorId, scopes = new[] { "runs:read", "runs:read", "billing:write" } });
        var tooLong = await Mint(new { name = "x", expiresAt = TimeProvider.System.GetUtcNow().AddDays(2) });

        (forOwner.Status, forOwner.Text("code")).ShouldBe((403, "privilege_escalation"));
        Excess(forOwner).ShouldBe(["audit:write", "billing:write", "tenant:delete", "tenant:restore"]);
        Excess(forAuditor).ShouldBe(["billing:write"]);
        Excess(tooLong).ShouldBe(["expiresAt"]);
    }

    [Fact]
    public async Task a_token_tells_an_edge_for_whom_and_for_how_long_it_is()
    {
        var minted = await Mint(new { name = "edge", audience = "edge-eu", scopes = new[] { "agents:chat", "runs:read" } });

        var told = (await Get("/v1/whoami", minted.Text("secret"))).Body!;
        ((string?)told["audience"], (string?)told["principalType"], (string?)told["expiresAt"]).ShouldBe(("edge-eu", "user", minted.Text("expiresAt")));
        (told["scopes"]!.ToJsonString(), told["permissions"]!.ToJsonString()).ShouldBe(("""["agents:chat","runs:read"]""", """["agents:chat","runs:read"]"""));
        (await Listed(minted))["audience"]!.GetValue<string>().ShouldBe("edge-eu");
    }

    [Theory]
    [InlineData("192.0.2.7", 200)]
    [InlineData("::ffff:192.0.2.7", 200)]
    [InlineData("2001:db8::1", 200)]
    [InlineData("192.0.3.7", 403)]
    [InlineData("2001:db9::1", 403)]
    [InlineData(null, 403)]
    public async Task a_token_works_from_its_networks_only(string? address, int status)
    {
        var minted = await Mint(new { name = "office", ipAllow = new[] { "192.0.2.0/24", "2001:db8::/32" } });

        var context = await App.Host.Server.SendAsync(
            http =>
            {
                http.Request.Path = "/v1/whoami";
                http.Request.Headers.Authorization = $"Bearer {minted.Text("secret")}";
                http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
            },
            TestContext.Current.CancellationToken);

        context.Response.StatusCode.ShouldBe(status);
        if (status == 403)
        {
            ((string?)(await JsonNode.ParseAsync(context.Response.Body, cancellationToken: TestContext.Current.CancellationToken))!["code"]).ShouldBe("address_not_allowed");
        }
    }

    [Theory]
    [InlineData("""{"name":"x","ipAllow":["10.0.0.0/8","10.0.0.1","a/8","10.0.0.0/33"]}""", "/ipAllow/1 format|/ipAllow/2 format|/ipAllow/3 format")]
    [InlineData("""{"name":"x","scopes":["no:such"],"expiresAt":"2020-01-01T00:00:00Z","overlapSeconds":1}""", "/expiresAt out_of_range|/overlapSeconds out_of_place|/scopes/0 not_one_of")]
    [InlineData("""{"name":"x","expiresAt":"2999-01-01T00:00:00Z"}""", "/expiresAt out_of_range")]
    [InlineData("""{"name":"x","scopes":[],"ipAllow":[],"audience":"","overlapSeconds":604801}""", "/audience too_short|/ipAllow too_short|/overlapSeconds out_of_range|/scopes too_short")]
    [InlineData("""{"name":"x","rotateFrom":7,"overlapSeconds":-1}""", "/overlapSeconds out_of_range|/rotateFrom type")]
    public async Task every_fault_is_told_with_its_place(string body, string faults)
    {
        var reply = await Post("/v1/auth/tokens", body);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Fact]
    public async Task a_principal_has_no_more_than_twenty_tokens_however_many_are_asked_for_at_once()
    {
        var replies = new List<Reply>();
        while (!replies.Any(reply => reply.Text("code") == "too_many_tokens"))
        {
            replies.AddRange(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Mint(new { name = "n" }))));
        }

        replies.ShouldAllBe(reply => reply.Status == 201 || reply.Status == 409);
        var listed = (await Get("/v1/auth/tokens?limit=200")).Body!["items"]!.AsArray();
        listed.Count.ShouldBe(20);
        (await Mint(new { name = "same", rotateFrom = (string?)listed[0]!["id"] })).Status.ShouldBe(201);
    }

    [Fact]
    public async Task a_rotated_token_keeps_its_id_and_its_old_secret_for_the_overlap()
    {
        var first = await Mint(new { name = "ci", scopes = new[] { "runs:read" } });
        var second = await Mint(new { name = "ci", rotateFrom = first.Text("id"), overlapSeconds = 3600 });

        (second.Status, second.Text("id")).ShouldBe((201, first.Text("id")));
        second.Body!["scopes"]!.ToJsonString().ShouldBe("""["runs:read"]""");
        (await Status(first), await Status(second)).ShouldBe((200, 200));
        (await Get("/v1/whoami", first.Text("secret"))).Text("expiresAt").ShouldBe(second.Text("oldSecretEndsAt"));

        var third = await Mint(new { name = "ci 2", rotateFrom = first.Text("id") });

        (await Status(first), await Status(second), await Status(third)).ShouldBe((401, 401, 200));
        var listed = await Listed(third);
        ((string?)listed["name"], third.Text("secret")![^10..^6]).ShouldBe(("ci 2", (string?)listed["hint"]));
    }

    [Fact]
    public async Task a_repeated_rotation_gets_the_first_answer_without_the_secret()
    {
        var first = await Mint(new { name = "ci" });
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());

        var rotated = await Post("/v1/auth/tokens", new { name = "ci", rotateFrom = first.Text("id") }, headers: key);
        var repeated = await Post("/v1/auth/tokens", new { name = "ci", rotateFrom = first.Text("id") }, headers: key);

        (repeated.Status, repeated.Text("id"), repeated.Text("secret")).ShouldBe((201, first.Text("id"), null));
        (await Status(rotated)).ShouldBe(200);
    }

    [Fact]
    public async Task of_rotations_that_race_the_losers_say_so_and_their_secrets_do_not_exist()
    {
        var first = await Mint(new { name = "ci" });

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Mint(new { name = "ci", rotateFrom = first.Text("id") })));

        replies.ShouldAllBe(reply => reply.Status == 201 || reply.Text("code") == "concurrent_update");
        var working = await Task.WhenAll(replies.Where(reply => reply.Status == 201).Select(Status));
        working.Count(status => status == 200).ShouldBe(1);
    }

    [Fact]
    public async Task what_is_not_ones_own_is_not_there_to_rotate_and_what_has_ended_stays_so()
    {
        var auditorId = Ids.New("prn");
        var auditors = (await Get("/v1/whoami", await Join("auditor", Here, auditorId))).Text("tokenId");
        var revoked = await Mint(new { name = "x" });
        await Send(HttpMethod.Delete, $"/v1/auth/tokens/{revoked.Text("id")}");

        (await Mint(new { name = "x", rotateFrom = auditors })).Status.ShouldBe(404);
        (await Mint(new { name = "x", rotateFrom = (await Get("/v1/whoami", Runtime)).Text("tokenId") })).Status.ShouldBe(404);
        (await Mint(new { name = "x", rotateFrom = auditors, principalId = auditorId })).Status.ShouldBe(201);
        foreach (var (token, state) in new[] { (revoked.Text("id"), "revoked"), (await Expired(), "expired") })
        {
            var reply = await Mint(new { name = "x", rotateFrom = token });
            (reply.Status, reply.Text("code"), reply.Text("currentState")).ShouldBe((409, "invalid_state", state));
        }
    }

    [Fact]
    public async Task a_narrow_token_does_not_rotate_its_way_to_more()
    {
        var whole = (await Get("/v1/whoami")).Text("tokenId");
        var narrow = (await Mint(new { name = "narrow", scopes = new[] { "runs:read" } })).Text("secret");

        var reply = await Mint(new { name = "x", rotateFrom = whole }, narrow);

        (reply.Status, reply.Text("code")).ShouldBe((403, "privilege_escalation"));
        Excess(reply).ShouldBe(Roles.PermissionsOf("owner").Except(["runs:read"]).Order(StringComparer.Ordinal));
        (await Get("/v1/whoami")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task another_node_refuses_a_revoked_token_within_five_seconds_and_an_old_secret_on_time()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var other = await Node(time);
        var revoked = await Mint(new { name = "revoked" });
        var rotated = await Mint(new { name = "rotated" });
        (await Status(other, revoked), await Status(other, rotated)).ShouldBe((200, 200));

        await Send(HttpMethod.Delete, $"/v1/auth/tokens/{revoked.Text("id")}");
        var renewed = await Mint(new { name = "rotated", rotateFrom = rotated.Text("id"), overlapSeconds = 60 });
        time.Advance(TimeSpan.FromSeconds(5));
        (await Status(other, revoked), await Status(other, rotated), await Status(other, renewed)).ShouldBe((401, 200, 200));

        time.Advance(TimeSpan.FromMinutes(2));
        (await Status(other, rotated), await Status(other, renewed)).ShouldBe((401, 200));
    }

    private Task<Reply> Mint(object command, string? token = "owner") => Post("/v1/auth/tokens", command, token);

    private async Task<int> Status(Reply minted) => (await Get("/v1/whoami", minted.Text("secret"))).Status;

    private static async Task<int> Status(IAlbaHost node, Reply minted)
    {
        using var client = node.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", minted.Text("secret"));
        using var response = await client.GetAsync("/v1/whoami", TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private async Task<JsonNode> Listed(Reply minted) =>
        (await Get("/v1/auth/tokens?limit=200")).Body!["items"]!.AsArray().Single(token => (string?)token!["id"] == minted.Text("id"))!;

    private static string[] Excess(Reply refused) => [.. refused.Body!["excess"]!.AsArray().Select(word => (string)word!)];

    private async Task<string> Expired()
    {
        var minted = Minted.For(Tenant, Me, new Personal("old"), [], TimeProvider.System.GetUtcNow().AddMinutes(-1), Me);
        await using var session = App.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(Tenant);
        await session.Events.AppendOptimistic(Me, TestContext.Current.CancellationToken, minted.Event);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return minted.Event.TokenId;
    }

    private Task<IAlbaHost> Node(TimeProvider time) => App.StartAsync(App.Connection, services => services.AddSingleton(time));
}
