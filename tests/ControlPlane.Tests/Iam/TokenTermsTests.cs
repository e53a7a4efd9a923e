using System.Collections.Immutable;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;

namespace ControlPlane.Tests.Iam;

public class TokenTermsTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Principal Ann = Holder("prn_ann", "owner", "/tenants/ten_a");

    [Fact]
    public void a_token_ends_after_90_days_unless_its_principal_or_the_minting_token_ends_before()
    {
        Of(Mint(), Ann, As(Ann)).ExpiresAt.ShouldBe(Now.AddDays(90));
        Of(Mint(), Ann with { NotAfter = Now.AddDays(30) }, As(Ann)).ExpiresAt.ShouldBe(Now.AddDays(30));
        Of(Mint(), Ann with { NotAfter = Now.AddDays(30) }, As(Ann, endsAt: Now.AddDays(7))).ExpiresAt.ShouldBe(Now.AddDays(7));
    }

    [Fact]
    public void a_token_without_scopes_is_one_for_oneself_alone()
    {
        var bob = Holder("prn_bob", "billing", "/tenants/ten_a");

        Of(Mint(), Ann, As(Ann)).Scopes.ShouldBeEmpty();
        Of(Mint(), bob, As(Ann)).Scopes.ShouldBe(Roles.PermissionsOf("billing").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void a_rotated_token_stays_as_it_was_where_nothing_else_is_said()
    {
        var old = new AccessToken("pat_1", Ann.Id, new Personal("ci"), "wxyz", ["runs:read"], Now, Now.AddDays(1)) { Audience = "edge", IpAllow = ["192.0.2.0/24"] };

        var kept = Of(Mint() with { RotateFrom = "pat_1" }, Ann, As(Ann), old);
        var changed = Of(Mint() with { RotateFrom = "pat_1", Scopes = ["runs:read", "agents:read", "runs:read"], Audience = "other" }, Ann, As(Ann), old);

        (string.Join(',', kept.Scopes), kept.Audience, string.Join(',', kept.IpAllow)).ShouldBe(("runs:read", "edge", "192.0.2.0/24"));
        (string.Join(',', changed.Scopes), changed.Audience).ShouldBe(("runs:read,agents:read", "other"));
    }

    [Theory]
    [InlineData("operator", "runs:read", "")]
    [InlineData("operator", "runs:read billing:read", "billing:read")]
    [InlineData("operator", null, "")]
    [InlineData("auditor", null, "audit:write")]
    public void nobody_mints_for_another_what_either_of_them_lacks(string role, string? scopes, string excess)
    {
        var minter = As(Holder("prn_min", "admin", "/tenants/ten_a"));
        var target = Holder("prn_tgt", role, "/tenants/ten_a/agents/agt_1");

        Excess(Mint() with { Scopes = scopes?.Split(' ') }, target, minter).ShouldBe(excess.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void a_permission_counts_at_the_scopes_where_the_target_holds_it()
    {
        var minter = As(Holder("prn_min", "admin", "/tenants/ten_a/agents/agt_1"));

        Excess(Mint() with { Scopes = ["runs:read"] }, Holder("prn_t", "operator", "/tenants/ten_a/agents/agt_1"), minter).ShouldBeEmpty();
        Excess(Mint() with { Scopes = ["runs:read"] }, Holder("prn_t", "operator", "/tenants/ten_a/agents/agt_2"), minter).ShouldBe(["runs:read"]);
        Excess(Mint() with { Scopes = ["runs:read"] }, Holder("prn_t", "operator", "/tenants/ten_a"), minter).ShouldBe(["runs:read"]);
    }

    [Fact]
    public void a_limited_token_mints_none_with_fewer_limits()
    {
        var limited = As(Ann, Now.AddDays(7), "edge", "10.0.0.0/8", "2001:db8::/32");

        Excess(Mint(), Ann, limited).ShouldBeEmpty();
        Excess(Mint() with { IpAllow = ["10.1.0.0/16", "2001:db8:1::/48"], Audience = "edge", ExpiresAt = Now.AddDays(7) }, Ann, limited).ShouldBeEmpty();
        Excess(Mint() with { IpAllow = ["10.0.0.0/7"], Audience = "other", ExpiresAt = Now.AddDays(8) }, Ann, limited).ShouldBe(["expiresAt", "audience", "ipAllow"]);
    }

    [Fact]
    public void an_admin_mints_nothing_for_an_owner()
    {
        var admin = As(Holder("prn_min", "admin", "/tenants/ten_a"));

        Of(Mint() with { Scopes = ["runs:read"] }, Ann, admin).Excess(Ann, isAboveCaller: true, admin, Now)
            .ShouldBe(Roles.PermissionsOf("owner").Except(Roles.PermissionsOf("admin")).Order(StringComparer.Ordinal));
    }

    private static MintToken Mint() => new(new Personal("n"), null, null, null, null, null, null, null);

    private static TokenTerms Of(MintToken command, Principal target, Caller caller, AccessToken? rotated = null) =>
        TokenTerms.Of(command, target, rotated, caller, Now);

    private static string[] Excess(MintToken command, Principal target, Caller caller) =>
        [.. Of(command, target, caller).Excess(target, isAboveCaller: false, caller, Now)];

    private static Principal Holder(string id, string role, string scope) =>
        new(id, PrincipalType.User, new Personal(id), new Personal(id), null) { Assignments = [new("ras_1", role, scope, null)] };

    private static Caller As(Principal principal, DateTimeOffset? endsAt = null, string? audience = null, params ImmutableArray<string> ipAllow) =>
        new(principal.Id, "pat_0", "ten_a", "ten_a", [.. principal.GrantsAt(Now)])
        {
            Credential = new(PrincipalType.User, [], endsAt ?? Now.AddDays(365), audience, ipAllow),
        };
}
