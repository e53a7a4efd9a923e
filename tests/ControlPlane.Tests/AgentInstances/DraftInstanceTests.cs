using ControlPlane.AgentInstances;
using ControlPlane.Catalog;
using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.AgentInstances;

public class DraftInstanceTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task a_draft_is_shown_whole_in_the_answer_and_by_its_address()
    {
        var drafted = await Post(All, new
        {
            blueprintRef = Blueprint,
            displayName = "Scout",
            region = "us-east",
            config = new { language = "fr" },
            labels = new { team = "blue" },
        });

        drafted.ShouldHave(201);
        drafted.Headers["Location"].ShouldBe($"{All}/{drafted.Text("id")}");
        (drafted.Text("state"), drafted.Text("region"), drafted.Text("ownerPrincipalId")).ShouldBe(("draft", "us-east", Me));
        ((string?)drafted.Body!["config"]!["language"], (string?)drafted.Body["labels"]!["team"]).ShouldBe(("fr", "blue"));
        drafted.Body["allowedTransitions"]!.ToJsonString().ShouldBe("""["activate_trial","configure","convert","delete"]""");
        var read = await Get(drafted.Headers["Location"]);
        read.Body!.ToJsonString().ShouldBe(drafted.Body.ToJsonString());
        read.Headers["ETag"].ShouldBe(drafted.Headers["ETag"]);
        read.Headers["ETag"].ShouldStartWith("\"1.");
        (await Get(drafted.Headers["Location"], headers: ("If-None-Match", read.Headers["ETag"]))).Status.ShouldBe(304);
    }

    [Fact]
    public async Task the_blueprints_digest_is_pinned()
    {
        var blueprint = App.Host.Services.GetRequiredService<CatalogStore>().Get<AgentBlueprint>(Blueprint);

        (await Get($"{All}/{await Draft()}")).Text("blueprintDigest").ShouldBe(blueprint.Digest);
    }

    [Fact]
    public async Task names_are_unique_in_a_tenant_whatever_the_case_of_their_letters()
    {
        await Draft("Scout");

        (await Post(All, new { blueprintRef = Blueprint, displayName = "SCOUT" })).ShouldRefuse(409, "name_taken");
    }

    [Fact]
    public async Task racing_drafts_of_one_name_make_one_instance()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Post(All, new { blueprintRef = Blueprint, displayName = "Scout" })));

        replies.Select(reply => reply.Status).Order().ShouldBe([201, 409, 409, 409, 409, 409]);
    }

    [Fact]
    public async Task the_tiers_quota_holds()
    {
        for (var i = 0; i < 10; i++)
        {
            await Draft($"Scout {i}");
        }

        var full = await Post(All, new { blueprintRef = Blueprint, displayName = "One more" });

        full.ShouldRefuse(402, "quota_exceeded");
        (full.Text("metric"), (int?)full.Body!["used"], (int?)full.Body!["limit"]).ShouldBe(("instances", 10, 10));

        // Whoever has more than his plan allows is told how much more; the one that is being added does not count.
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var command = database.CreateCommand($"select controlplane.assert_quota_instances('{Tenant}', 3)");
        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken))).MessageText.ShouldBe("instances 9/3");
    }

    [Fact]
    public async Task a_blueprint_of_a_higher_tier_is_refused_with_what_opens_it()
    {
        var reply = await Post(All, new { blueprintRef = "code-companion@1", displayName = "Coder" });

        reply.ShouldRefuse(403, "tier_insufficient");
        reply.Text("requiredTier").ShouldBe("pro");
    }

    [Theory]
    [InlineData("""{"blueprintRef":"no-such@1","displayName":"x"}""", "unknown_reference", "/blueprintRef unknown_reference")]
    [InlineData("""{"blueprintRef":"workspace-agent@1","displayName":"x","planRef":"solo@1"}""", "draft_invalid", "/planRef plan_not_admitted")]
    [InlineData("""{"blueprintRef":"workspace-agent@1","displayName":"x","region":"mars","config":{"language":"xx","no":1},"ownerPrincipalId":"prn_0"}""", "draft_invalid", "/config/language not_one_of|/config/no unknown_path|/ownerPrincipalId unknown_principal|/region region_not_offered")]
    [InlineData("""{"blueprintRef":"workspace-agent@1","displayName":"x","config":{"runtime":{"image":"mine"},"model":{"maxOutputTokens":300}}}""", "draft_invalid", "/config/model/maxOutputTokens platform_path|/config/runtime/image locked_path")]
    public async Task what_the_blueprint_does_not_admit_is_told_all_at_once(string body, string code, string faults)
    {
        var reply = await Post(All, body);

        reply.ShouldRefuse(422, code);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Theory]
    [InlineData("""{"displayName":"x"}""", "/blueprintRef required")]
    [InlineData("""{"blueprintRef":"workspace-agent","displayName":"","colour":1}""", "/blueprintRef type|/colour unknown_field|/displayName required")]
    [InlineData("""{"blueprintRef":"workspace-agent@1","displayName":"x","labels":{"Team!":"a","b":"1\n2"}}""", "/labels/Team! format|/labels/b format")]
    [InlineData("""{"blueprintRef":"workspace-agent@1","displayName":"x","config":[1]}""", "/config type")]
    public async Task malformed_drafts_are_refused_with_every_fault(string body, string faults)
    {
        var reply = await Post(All, body);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    [Fact]
    public void a_withdrawn_blueprint_is_gone()
    {
        var shipped = App.Host.Services.GetRequiredService<CatalogStore>().Get<AgentBlueprint>(Blueprint);
        var withdrawn = shipped with { Metadata = shipped.Metadata with { Status = CatalogStatus.Withdrawn, ReplacedBy = "workspace-agent@2" } };
        var none = System.Text.Json.JsonDocument.Parse("{}").RootElement;

        var no = DraftInstanceEndpoint.Validate(new(new(Blueprint), new("x")), new(withdrawn, null, true, ""), new(none, [], []));

        (no.Status, no.Extensions["replacedBy"]).ShouldBe((410, "workspace-agent@2"));
    }

    [Fact]
    public async Task only_who_may_write_in_the_whole_tenant_drafts()
    {
        var here = $"/tenants/{Tenant}";
        var narrow = await Join("operator", $"{here}/agent-instances/{await Draft()}");

        (await Post(All, new { blueprintRef = Blueprint, displayName = "y" }, await Join("auditor", here))).ShouldRefuse(403, "forbidden");
        (await Post(All, new { blueprintRef = Blueprint, displayName = "y" }, narrow)).ShouldRefuse(403, "forbidden");
    }
}
