using ControlPlane.Hosting;

namespace ControlPlane.Tests.Hosting;

public class AccessTests(App app) : AppTest(app)
{
    [Theory]
    [InlineData("/", "/tenants/ten_a", true)]
    [InlineData("/tenants/ten_a", "/tenants/ten_a/agents/agt_1", true)]
    [InlineData("/tenants/ten_a", "/tenants/ten_a", true)]
    [InlineData("/tenants/ten_a", "/tenants/ten_ab", false)]
    [InlineData("/tenants/ten_a/agents/agt_1", "/tenants/ten_a", false)]
    public void a_scope_covers_itself_and_all_below(string scope, string path, bool covers) => Caller.Covers(scope, path).ShouldBe(covers);

    [Theory]
    [InlineData("GET", "/v1/agent-instances", null, null)]
    [InlineData("GET", "/v1/agent-instances/{id}", "ain_1", null)]
    [InlineData("GET", "/v1/agent-instances/{id}", "ain_2", 404)]
    [InlineData("POST", "/v1/agent-instances/{id}/suspend", "ain_2", 404)]
    [InlineData("POST", "/v1/agent-instances", null, 403)]
    [InlineData("GET", "/v1/principals", null, 403)]
    [InlineData("GET", "/v1/principals/{id}", "prn_1", 403)]
    public void a_role_on_one_instance_reaches_that_instance_only(string method, string pattern, string? id, int? refused) =>
        (Access.Refuse(Scoped("/tenants/ten_a/agent-instances/ain_1"), "p:x", method, pattern, id)?.Status).ShouldBe(refused);

    [Theory]
    [InlineData("/", null)]
    [InlineData("/tenants/ten_a", null)]
    [InlineData("/tenants/ten_b", 403)]
    public void a_role_on_a_tenant_reaches_all_of_it_and_no_other(string scope, int? refused)
    {
        (Access.Refuse(Scoped(scope), "p:x", "GET", "/v1/principals/{id}", "prn_1")?.Status).ShouldBe(refused);
        (Access.Refuse(Scoped(scope), "p:x", "GET", "/v1/agent-instances/{id}", "ain_1")?.Status).ShouldBe(refused);
        Access.Refuse(Scoped(scope), "p:other", "GET", "/v1/principals/{id}", "prn_1")!.Status.ShouldBe(403);
    }

    private static Caller Scoped(string scope) => new("prn_1", "pat_1", "ten_a", "ten_a", [new Grant(scope, ["p:x"])]);

    [Theory]
    [InlineData(null)]
    [InlineData("not-a-token")]
    [InlineData("ocp_pat_0000000000000000000000000000000000000000000000000")]
    public async Task without_a_valid_token_the_answer_is_401(string? token)
    {
        var reply = await Get("/v1/whoami", token);

        (reply.Status, reply.Text("code"), reply.Headers["WWW-Authenticate"]).ShouldBe((401, "unauthenticated", "Bearer"));
        reply.Headers.ShouldContainKey("RateLimit");
    }

    [Fact]
    public async Task the_tenant_header_serves_platform_staff_only()
    {
        (await Get("/v1/whoami", headers: ("X-Tenant-Id", "platform"))).Status.ShouldBe(403);
        (await Get("/v1/whoami", Platform, ("X-Tenant-Id", "ten_unknown"))).Status.ShouldBe(403);
        (await Get("/v1/whoami", headers: ("X-Tenant-Id", Tenant))).Text("tenantId").ShouldBe(Tenant);
        (await Get("/v1/whoami", await Join("owner", "/"), ("X-Tenant-Id", "platform"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task unknown_paths_and_methods_are_problems_too()
    {
        (await Get("/v1/nothing")).Text("code").ShouldBe("not_found");
        (await Send(HttpMethod.Put, "/v1/whoami")).Text("code").ShouldBe("method_not_allowed");
        (await Get("/v1/nothing", headers: ("X-Request-Id", "mine-1"))).Text("requestId").ShouldBe("mine-1");
    }

    [Fact]
    public async Task health_is_told_to_anybody()
    {
        (await Get("/healthz", null)).Text("status").ShouldBe("degraded");
        (await Get("/healthz/live", null)).Status.ShouldBe(200);
        (await Get("/healthz/ready", null)).Status.ShouldBe(200);
    }
}
