using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Catalog;

public class CatalogReadsTests(App app) : AppTest(app)
{
    public static TheoryData<string> Kinds => [.. CatalogKinds.Shipped.All.Where(kind => kind.Address != CatalogAddress.None).Select(kind => kind.Folder)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task a_list_shows_what_may_be_used_newest_first(string kind)
    {
        var list = await Get($"/v1/{kind}");

        list.Status.ShouldBe(200);
        var items = list.Body!["items"]!.AsArray();
        items.ShouldNotBeEmpty();
        items.Select(item => (string?)item!["metadata"]!["status"]).ShouldBeSubsetOf(["active", "deprecated"]);
        items.Select(item => (DateTimeOffset)item!["metadata"]!["publishedAt"]!).ShouldBeInOrder(SortDirection.Descending);
        ((long)list.Body["asOf"]!["sequence"]!).ShouldBeGreaterThanOrEqualTo(0);
        ((DateTimeOffset)list.Body["asOf"]!["timestamp"]!).ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        list.Body["nextCursor"].ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task the_digest_of_every_document_is_that_of_the_content_it_shows(string kind)
    {
        foreach (var item in (await Get($"/v1/{kind}?status=all")).Body!["items"]!.AsArray())
        {
            var spec = JsonSerializer.SerializeToElement(item!["spec"]);
            ((string?)item["digest"]).ShouldBe(CanonicalJson.Digest(spec));
            ((string?)item["apiVersion"]).ShouldBe("controlplane/v1");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task pages_follow_each_other_without_gap_or_repetition(string kind)
    {
        var all = Refs(await Get($"/v1/{kind}?status=all"));
        var paged = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Get($"/v1/{kind}?status=all&limit=1{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            paged.AddRange(Refs(page));
            cursor = page.Text("nextCursor");
        }

        paged.ShouldBe(all);
        paged.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task a_cursor_serves_its_own_list_only()
    {
        var cursor = (await Get("/v1/plan-profiles?status=all&limit=1")).Text("nextCursor");

        (await Get($"/v1/plan-profiles?limit=1&cursor={cursor}")).Faults.ShouldBe(["?cursor cursor_invalid"]);
        (await Get($"/v1/offer-catalogs?status=all&limit=1&cursor={cursor}")).Faults.ShouldBe(["?cursor cursor_invalid"]);
    }

    [Theory]
    [InlineData("plan-profiles?status=deprecated", "pro@1,solo@1")]
    [InlineData("offer-catalogs?status=withdrawn", "founders@1")]
    [InlineData("agent-blueprints?label=channel=telegram", "team-desk@1,telegram-assistant@2,telegram-assistant@1")]
    [InlineData("offer-catalogs?label=nothing", "")]
    [InlineData("offer-catalogs?q=RETAIL&status=deprecated", "retail@1")]
    [InlineData("offer-catalogs?q=month+by&status=active", "retail@2")]
    [InlineData("offer-catalogs?at=2026-02-01T00:00:00Z&q=retail", "retail@1")]
    public async Task filters_leave_out_the_rest(string list, string expected)
    {
        var refs = Refs(await Get($"/v1/{list}"));
        refs.ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task summaries_have_no_content()
    {
        var rows = (await Get("/v1/plan-profiles?fields=summary")).Body!["items"]!.AsArray();

        rows.ShouldAllBe(row => row!["spec"] == null && row["displayName"] != null && row["summary"] != null && row["digest"] != null);
    }

    [Fact]
    public async Task a_name_means_the_newest_active_version_and_a_version_pins_one()
    {
        var newest = await Get("/v1/plan-profiles/solo");
        var pinned = await Get("/v1/plan-profiles/solo?version=1");

        (newest.Status, Ref(newest.Body)).ShouldBe((200, "solo@2"));
        (pinned.Status, Ref(pinned.Body), (string?)pinned.Body!["metadata"]!["replacedBy"]).ShouldBe((200, "solo@1", "solo@2"));
    }

    [Fact]
    public async Task the_latest_of_a_ref_tells_which_one_it_is()
    {
        var latest = await Get("/v1/agent-blueprints/telegram-assistant@latest");
        var concrete = await Get(latest.Headers["Content-Location"]);

        latest.Headers["Content-Location"].ShouldBe("/v1/agent-blueprints/telegram-assistant@2");
        JsonNode.DeepEquals(concrete.Body, latest.Body).ShouldBeTrue();
        concrete.Headers.ShouldNotContainKey("Content-Location");
        (await Get("/v1/agent-blueprints/telegram-assistant%401")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task a_blueprint_shows_what_it_refers_to_with_digests()
    {
        var blueprint = await Get("/v1/agent-blueprints/telegram-assistant@2");

        var references = blueprint.Body!["references"]!.AsArray();
        references.Select(found => $"{found!["pointer"]} {found["kind"]} {found["ref"]}").ShouldBe([
            "/spec/planRef PlanProfile solo@2", "/spec/planRefs/0 PlanProfile solo@2", "/spec/planRefs/1 PlanProfile pro@2", "/spec/planRefs/2 PlanProfile squad@1",
            "/spec/offerRef OfferCatalog retail@2", "/spec/personaRefs/0 Persona concierge@2", "/spec/personaRefs/1 Persona tutor@1",
            "/spec/agentClassRef AgentClass chat@1", "/spec/personalityRef PersonalityProfile attentive@1", "/spec/runtimeRef RuntimeProfileCatalog assistants@1",
            "/spec/toolingRef ToolingMatrixProfile cautious@1", "/spec/workspaceRef WorkspaceProfile notes@1"]);
        var plan = await Get("/v1/plan-profiles/solo?version=2");
        ((string?)references[0]!["digest"]).ShouldBe(plan.Text("digest"));
        ((string?)blueprint.Body["spec"]!["configSchema"]!["$schema"]).ShouldBe("https://json-schema.org/draft/2020-12/schema");
        ((string?)blueprint.Body["spec"]!["defaults"]!["language"]).ShouldBe("en");
    }

    [Theory]
    [InlineData("agent-blueprints/telegram-assistant@2")]
    [InlineData("agent-blueprints/telegram-assistant@latest")]
    [InlineData("plan-profiles/solo")]
    [InlineData("personas/tutor")]
    [InlineData("personas?include=locked")]
    [InlineData("offer-catalogs?fields=summary")]
    public async Task what_a_caller_has_already_is_not_sent_again(string path)
    {
        var first = await Get($"/v1/{path}");
        var again = await Get($"/v1/{path}", headers: ("If-None-Match", first.Headers["ETag"]));
        var other = await Get($"/v1/{path}", headers: ("If-None-Match", "\"sha256:0\""));

        first.Headers["ETag"].ShouldMatch("""^(W/)?"sha256:[0-9a-f]{64}"$""");
        (again.Status, again.Body, again.Headers["ETag"]).ShouldBe((304, null, first.Headers["ETag"]));
        other.Status.ShouldBe(200);
        foreach (var reply in new[] { first, again })
        {
            reply.Headers["Cache-Control"].ShouldBe("max-age=300, private");
            reply.Headers["Vary"].ShouldBe("Authorization,X-Tenant-Id");
        }
    }

    [Fact]
    public async Task a_withdrawn_entry_can_still_be_read()
    {
        var withdrawn = await Get("/v1/offer-catalogs/founders");

        (withdrawn.Status, (string?)withdrawn.Body!["metadata"]!["status"]).ShouldBe((200, "withdrawn"));
        ((string?)withdrawn.Body["metadata"]!["statusMessage"]).ShouldNotBeNullOrEmpty();
        Refs(await Get("/v1/offer-catalogs")).ShouldNotContain("founders@1");
    }

    [Theory]
    [InlineData("plan-profiles/sollo", "solo")]
    [InlineData("plan-profiles/solo?version=7", "solo@1 solo@2")]
    [InlineData("agent-blueprints/telegram-asistant@2", "telegram-assistant@2 telegram-assistant@1")]
    [InlineData("agent-blueprints/code-companian@latest", "code-companion@1")]
    [InlineData("plan-profiles/something-else-entirely", "")]
    public async Task what_the_catalog_does_not_have_is_404_with_what_may_be_meant(string path, string suggestions)
    {
        var reply = await Get($"/v1/{path}");

        (reply.Status, reply.Text("code")).ShouldBe((404, "catalog_entry_not_found"));
        reply.Body!["suggestions"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(3);
        suggestions.Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBeSubsetOf(reply.Body["suggestions"]!.AsArray().Select(name => (string)name!));
    }

    [Theory]
    [InlineData("agent-blueprints/telegram-assistant", "{ref} format")]
    [InlineData("agent-blueprints/telegram-assistant@", "{ref} format")]
    [InlineData("agent-blueprints/telegram-assistant@two", "{ref} format")]
    [InlineData("agent-blueprints/telegram-assistant@2?version=1", "?version unknown_parameter")]
    [InlineData("plan-profiles/solo?version=0", "?version out_of_range")]
    [InlineData("plan-profiles/solo?version=x", "?version type")]
    [InlineData("plan-profiles?status=gone&limit=0&fields=all&include=locked", "?fields not_one_of|?include unknown_parameter|?limit out_of_range|?status not_one_of")]
    [InlineData("plan-profiles?at=2026-01-01T00:00:00Z", "?at unknown_parameter")]
    [InlineData("personas?include=all", "?include not_one_of")]
    [InlineData("offer-catalogs?at=yesterday&q=a&q=b", "?at type|?q repeated")]
    [InlineData("plan-profiles?cursor=x", "?cursor cursor_invalid")]
    public async Task malformed_requests_are_told_where(string path, string faults)
    {
        var reply = await Get($"/v1/{path}");

        (reply.Status, reply.Text("code")).ShouldBe((400, "invalid_request"));
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Fact]
    public async Task personas_are_those_of_the_tenants_tier()
    {
        var open = await Get("/v1/personas");
        var all = (await Get("/v1/personas?include=locked")).Body!["items"]!.AsArray();

        open.Body!["items"]!.AsArray().ShouldAllBe(item => (string?)item!["spec"]!["requiredTier"] == "solo");
        all.Where(item => item!["spec"] is null).Select(item => $"{item!["metadata"]!["name"]} {item["requiredTier"]} {item["upsellOfferRef"]}").Order()
            .ShouldBe(["analyst pro retail@2#pro-monthly", "engineer pro retail@2#pro-monthly", "team-lead squad retail@2#squad-monthly"]);
        all.Count(item => item!["spec"] is not null).ShouldBe(open.Body["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task a_persona_above_the_tier_is_refused_with_the_offer_that_opens_it()
    {
        var locked = await Get("/v1/personas/analyst");

        (locked.Status, locked.Text("code"), locked.Text("requiredTier"), locked.Text("upsellOfferRef"))
            .ShouldBe((403, "tier_insufficient", "pro", "retail@2#pro-monthly"));
        locked.Headers["Cache-Control"].ShouldBe("no-store");
        (await Get("/v1/personas/tutor")).Status.ShouldBe(200);
        (await Get("/v1/personas/nobody-at-all")).Text("code").ShouldBe("catalog_entry_not_found");
    }

    [Theory]
    [InlineData(Tier.Pro, 200, 403)]
    [InlineData(Tier.Squad, 200, 200)]
    public async Task a_higher_tier_opens_more_to_its_own_tenant_and_to_staff_that_acts_on_it(Tier tier, int analyst, int lead)
    {
        await PayFor(tier);

        (await Get("/v1/personas/analyst")).Status.ShouldBe(analyst);
        (await Get("/v1/personas/team-lead")).Status.ShouldBe(lead);
        (await Get("/v1/personas/team-lead", Platform, ("X-Tenant-Id", Tenant))).Status.ShouldBe(lead);
        (await Get("/v1/personas/analyst", Platform)).Status.ShouldBe(403);
        Refs(await Get("/v1/personas")).Contains("team-lead@1").ShouldBe(lead == 200);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task reading_needs_the_permission(string kind)
    {
        var narrow = (await Post("/v1/auth/tokens", new { name = "narrow", scopes = new[] { "instances:read" } })).Text("secret");

        foreach (var path in new[] { kind, $"{kind}/solo@1" })
        {
            var refused = await Get($"/v1/{path}", narrow);
            (refused.Status, refused.Text("missingPermission")).ShouldBe((403, "catalog:read"));
            (await Get($"/v1/{path}", null)).Status.ShouldBe(401);
        }
    }

    [Fact]
    public async Task a_kind_without_an_address_is_not_served() => (await Get("/v1/retention-policies")).Status.ShouldBe(404);

    [Fact]
    public async Task every_stored_event_names_the_legal_basis_of_its_policy()
    {
        await using var session = App.Host.Services.GetRequiredService<IDocumentStore>().QuerySession(Tenant);
        var stored = await session.Events.FetchStreamAsync(Me, token: TestContext.Current.CancellationToken);

        stored.Select(e => $"{e.EventTypeName} {e.GetHeader(EventHeaders.Retention)} {e.GetHeader(EventHeaders.LegalBasis)}").ShouldBe([
            "principal.created iam-36m legitimate_interest", "role_assignment.granted iam-36m legitimate_interest", "access_token.minted sec-12m legitimate_interest"]);
    }

    private async Task PayFor(Tier tier)
    {
        await using var session = App.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(Tenant);
        session.QueueSqlCommand("update controlplane.mt_doc_tenant set data = jsonb_set(data, '{tier}', to_jsonb(?)) where id = ?", tier.ToString(), Tenant);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private static string Ref(JsonNode? entry) => $"{entry!["metadata"]!["name"]}@{entry["metadata"]!["version"]}";

    private static string[] Refs(Reply list) => [.. list.Body!["items"]!.AsArray().Select(Ref)];
}
