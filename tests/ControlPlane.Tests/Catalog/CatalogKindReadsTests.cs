using ControlPlane.Catalog;
using ControlPlane.Iam;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Model;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Catalog;

/// <summary>What single kinds show besides their content.</summary>
public class CatalogKindReadsTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task staff_see_what_depends_on_an_execution_profile_and_nobody_else_does()
    {
        await Draft();

        var staff = (await Get("/v1/execution-profiles/standard", Platform)).ShouldHave(200);
        var list = (await Get("/v1/execution-profiles", Platform)).ShouldHave(200);
        var own = (await Get("/v1/execution-profiles/standard")).ShouldHave(200);

        staff.Body!["observed"]!["source"]!.ToString().ShouldBe("catalog");
        ((int)staff.Body["observed"]!["usedBy"]!["agentClasses"]!).ShouldBe(2);
        ((int)staff.Body["observed"]!["usedBy"]!["instances"]!).ShouldBeGreaterThan(0);
        list.Body!["items"]!.AsArray().ShouldAllBe(row => row!["observed"]!["observedAt"] != null && row["observed"]!["usedBy"] == null);
        own.Body!["observed"].ShouldBeNull();
    }

    [Fact]
    public async Task an_mcp_profile_shows_its_servers_as_they_are_now()
    {
        var profile = (await Get("/v1/mcp-profiles/everyday")).ShouldHave(200);

        var servers = profile.Body!["observed"]!["servers"]!.AsArray();
        servers.Select(server => (string)server!["serverRef"]!).ShouldBe(["web-search@1", "calendar@1"]);
        var calendar = App.Host.Services.GetRequiredService<CatalogStore>().Get<McpServer>("calendar@1");
        ((string?)servers[1]!["digest"], (string?)servers[1]!["toolSetDigest"]).ShouldBe((calendar.Digest, calendar.Spec.ToolSetDigest()));
    }

    [Fact]
    public async Task curated_servers_are_shown_by_tier()
    {
        Names(await Get("/v1/mcps")).ShouldBe(["calendar", "web-search"], ignoreOrder: true);
        var locked = (await Get("/v1/mcps?include=locked")).Body!["items"]!.AsArray();
        locked.Count.ShouldBe(5);
        locked.Single(row => (string?)row!["metadata"]!["name"] == "help-desk")!["requiredTier"]!.ToString().ShouldBe("squad");
        var refused = await Get("/v1/mcps/code-host");
        refused.ShouldRefuse(403, "tier_insufficient");
        (refused.Text("requiredTier"), refused.Text("upsellOfferRef")).ShouldBe(("pro", "retail@2#pro-monthly"));
        (await Get("/v1/mcps/calender")).Body!["suggestions"]!.ToJsonString().ShouldBe("""["calendar"]""");
    }

    [Fact]
    public async Task a_tooling_matrix_explains_which_row_decides()
    {
        var asked = (await Get("/v1/tooling-matrix-profiles/workshop?explain=files.delete,operator,solo")).ShouldHave(200);
        var otherwise = (await Get("/v1/tooling-matrix-profiles/workshop?explain=print.page,owner,squad")).ShouldHave(200);

        asked.Body!["observed"]!.ToJsonString().ShouldBe("""{"tool":"files.delete","role":"operator","tier":"solo","decision":"deny","row":5}""");
        otherwise.Body!["observed"]!.ToJsonString().ShouldBe("""{"tool":"print.page","role":"owner","tier":"squad","decision":"approve"}""");
        (await Get("/v1/tooling-matrix-profiles/workshop")).Body!["observed"].ShouldBeNull();
        (await Get("/v1/tooling-matrix-profiles/workshop?explain=files.delete")).Faults.ShouldBe(["?explain format"]);
        (await Get("/v1/tooling-matrix-profiles?explain=a,owner,solo")).Faults.ShouldBe(["?explain unknown_parameter"]);
    }

    [Fact]
    public async Task console_profiles_are_for_staff_and_for_those_who_administer()
    {
        var operatorToken = await Join(Roles.Operator, $"/tenants/{Tenant}");

        Names(await Get("/v1/platform-console-profiles", operatorToken)).ShouldBeEmpty();
        (await Get("/v1/platform-console-profiles/operations", operatorToken)).ShouldRefuse(404, "catalog_entry_not_found");
        Names(await Get("/v1/platform-console-profiles")).Length.ShouldBe(3);
        (await Get("/v1/platform-console-profiles/operations", Platform)).ShouldHave(200);
    }

    [Fact]
    public async Task read_models_tell_how_far_they_are_behind()
    {
        var trail = (await Get("/v1/platform-console-read-models/trail")).ShouldHave(200).Body!["observed"]!;
        ((long)trail["events"]!).ShouldBeGreaterThanOrEqualTo(0);
        ((double)trail["seconds"]!).ShouldBeGreaterThanOrEqualTo(0);
        var inline = (await Get("/v1/platform-console-read-models/instances")).ShouldHave(200).Body!["observed"]!;
        ((long)inline["events"]!, (bool)inline["isFresh"]!).ShouldBe((0, true));
        (await Get("/v1/platform-console-read-models?limit=200")).Body!["items"]!.AsArray().ShouldAllBe(row => row!["observed"] != null);
    }

    [Fact]
    public void read_models_describe_the_projections_that_there_are()
    {
        var catalog = App.Host.Services.GetRequiredService<CatalogStore>();
        var described = catalog.All<PlatformConsoleReadModel>().Select(model => model.Name).Distinct().Select(name => catalog.Newest<PlatformConsoleReadModel>(name)!).ToArray();
        var options = (StoreOptions)App.Store.Options;
        var there = options.Projections.All.Where(projection => projection.Lifecycle != ProjectionLifecycle.Live)
            .Select(projection => (projection.Name, projection.Lifecycle == ProjectionLifecycle.Async ? ProjectionMode.Async : ProjectionMode.Inline));
        var folded = new EventModel().Events;

        described.Select(model => (model.Spec.Projection, model.Spec.Mode)).ShouldBe(there, ignoreOrder: true);
        foreach (var model in described.Where(model => model.Spec.SourceEvents is not ["*"]))
        {
            model.Spec.SourceEvents.ShouldBe(folded.Where(stored => stored.Models.Contains(model.Spec.Projection)).Select(stored => stored.Alias), ignoreOrder: true, customMessage: model.Name);
            var document = typeof(PublishedCatalog).Assembly.GetTypes().Single(type => type.Name == model.Spec.Projection && !type.IsNested);
            foreach (var field in model.Spec.Fields)
            {
                var member = document.GetProperties().SingleOrDefault(member => string.Equals(member.Name, field.Name, StringComparison.OrdinalIgnoreCase));
                member.ShouldNotBeNull($"{model.Name}: {field.Name}");
                (member.PropertyType == typeof(ControlPlane.Sealing.Personal)).ShouldBe(field.Pii == PersonalData.Sealed, $"{model.Name}: {field.Name}");
            }
        }
    }

    [Fact]
    public async Task packs_are_put_together_for_whoever_asks()
    {
        var page = (await Get("/v1/agent-packs")).ShouldHave(200);

        var packs = page.Body!["items"]!.AsArray().ToDictionary(pack => (string)pack!["name"]!);
        packs.Keys.ShouldBe(["engineering-desk", "personal-assistant", "support-desk"], ignoreOrder: true);
        var own = packs["personal-assistant"]!;
        ((bool)own["available"]!, own["missing"]!.ToJsonString(), (string?)own["requiredTier"]).ShouldBe((true, "[]", "solo"));
        ((string?)own["prices"]![0]!["offerRef"], (long)own["prices"]![0]!["prices"]![0]!["amount"]!).ShouldBe(("retail@2#solo-monthly", 1900));
        var above = packs["support-desk"]!;
        ((bool)above["available"]!, above["missing"]!.ToJsonString(), (string?)above["requiredTier"]).ShouldBe((false, """["tier:pro","tier:squad"]""", "squad"));
        ((bool)above["mcps"]![1]!["available"]!).ShouldBeTrue();
        foreach (var source in own["derivedFrom"]!.AsArray())
        {
            var kind = CatalogKinds.Shipped.All.Single(kind => kind.Name == (string?)source!["kind"]);
            App.Host.Services.GetRequiredService<CatalogStore>().Current.Everything.Single(entry => entry.Kind == kind.Name && entry.Ref == (string?)source!["name"]).Digest.ShouldBe((string?)source!["digest"]);
        }

        (await Get("/v1/agent-packs?q=telegram")).Body!["items"]!.AsArray().Count.ShouldBe(1);
        var first = (await Get("/v1/agent-packs?limit=1")).ShouldHave(200);
        (await Get($"/v1/agent-packs?q=desk&limit=1&cursor={first.Text("nextCursor")}")).Faults.ShouldBe(["?cursor cursor_invalid"]);
        (await Get($"/v1/agent-packs?limit=1&cursor={first.Text("nextCursor")}")).ShouldHave(200).Body!["items"]!.AsArray().Count.ShouldBe(1);
    }

    private static string[] Names(Reply page) => [.. page.ShouldHave(200).Body!["items"]!.AsArray().Select(row => (string)row!["metadata"]!["name"]!)];
}
