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
    [InlineData(null)]
    [InlineData("not-a-token")]
    [InlineData("ocp_pat_0000000000000000000000000000000000000000000000000")]
    public async Task without_a_valid_token_the_answer_is_401(string? token)
    {
        var reply = await Get("/v1/whoami", token);

        (reply.Status, reply.Text("code"), reply.Headers["WWW-Authenticate"]).ShouldBe((401, "unauthenticated", "Bearer"));
    }

    [Fact]
    public async Task the_tenant_header_serves_platform_staff_only()
    {
        (await Get("/v1/whoami", Runtime, ("X-Tenant-Id", "ten_unknown"))).Status.ShouldBe(403);
        (await Get("/v1/whoami", headers: ("X-Tenant-Id", "platform"))).Status.ShouldBe(403);
        (await Get("/v1/whoami", Platform, ("X-Tenant-Id", "ten_unknown"))).Status.ShouldBe(403);
        (await Get("/v1/whoami", headers: ("X-Tenant-Id", Tenant))).Text("tenantId").ShouldBe(Tenant);
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
        (await Get("/healthz", null)).Text("status").ShouldBe("ok");
        (await Get("/healthz/live", null)).Status.ShouldBe(200);
        (await Get("/healthz/ready", null)).Status.ShouldBe(200);
    }
}
