using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Catalog;

namespace ControlPlane.Tests.Catalog;

/// <summary>The catalog that is shipped, with one thing spoilt: each kind's own rules tell of it.</summary>
public sealed class KindFaultsTests : IDisposable
{
    private readonly CatalogFiles _files = CatalogFiles.Shipped();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void nothing_is_wrong_with_what_is_shipped() => _files.Faults().ShouldBeEmpty();

    [Fact]
    public void there_are_at_least_three_entries_of_every_kind_and_several_versions_of_some()
    {
        var entries = _files.Load().Require().Everything.ToArray();

        CatalogKinds.Shipped.All.Where(kind => entries.Where(entry => entry.Kind == kind.Name).DistinctBy(entry => entry.Name).Count() < 3).Select(kind => kind.Name).ShouldBeEmpty();
        entries.CountBy(entry => (entry.Kind, entry.Name)).Count(versions => versions.Value > 1).ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData("agent-blueprints/workspace-agent.yaml", "regions: [eu-central, eu-west, us-east]", "regions: [eu-central, mars]", "/spec/regions/1 no_such_region")]
    [InlineData("agent-classes/chat.yaml", "image: assistant/telegram-2", "image: assistant/code-1", "/spec/image no_such_image")]
    [InlineData("agent-classes/chat.yaml", "key: research", "key: everyday", "/spec/capabilityPacks/1/key repeated")]
    [InlineData("agent-classes/chat.yaml", "key: research", "key: a-key-that-is-very-much-longer-than-a-button-of-telegram-can-carry-it", "/spec/capabilityPacks/1/key too_long")]
    [InlineData("agent-packs/support-desk.yaml", "retail@2#squad-monthly", "retail@2#solo-monthly", "/spec/offerRefs/0 plan_not_admitted")]
    [InlineData("agent-packs/support-desk.yaml", "retail@2#squad-monthly", "retail@2#gold-monthly", "/spec/offerRefs/0 dangling_reference")]
    [InlineData("cluster-event-hook-profiles/instances.yaml", "eventFamilies: [agent_instance]", "eventFamilies: [agent_instances]", "/spec/eventFamilies/0 no_such_family", "/spec/exampleEnvelope/type no_such_family")]
    [InlineData("cluster-event-hook-profiles/instances.yaml", "path: /phase,", "path: /phases,", "/spec/filterExamples/2/filter/data/path field_not_allowed")]
    [InlineData("cluster-event-hook-profiles/instances.yaml", "type: agent_instance.suspended.v1", "type: agent_instance.suspended.v9", "/spec/exampleEnvelope/type no_such_event")]
    [InlineData("execution-profiles/light.yaml", "firstDelaySeconds: 2", "firstDelaySeconds: 31", "/spec/retry/firstDelaySeconds out_of_range")]
    [InlineData("execution-profiles/light.yaml", "on: [rate_limited, provider_unavailable]", "on: []", "/spec/retry/on required")]
    [InlineData("mcp-profiles/everyday.yaml", "create_event", "destroy_event", "/spec/servers/1/toolAllow/2 no_such_tool")]
    [InlineData("mcp-profiles/everyday.yaml", "authMode: none", "authMode: api_key", "/spec/servers/0/authMode not_offered")]
    [InlineData("mcp-profiles/everyday.yaml", "serverRef: web-search@1", "serverRef: calendar@1", "/spec/servers/0/authMode not_offered", "/spec/servers/0/toolAllow/0 no_such_tool", "/spec/servers/0/toolAllow/1 no_such_tool", "/spec/servers/1/serverRef repeated")]
    [InlineData("mcp-profiles/everyday.yaml", "host: mcp.controlplane.example", "host: example.com", "/spec/egress server_unreachable", "/spec/egress server_unreachable")]
    [InlineData("mcp-profiles/support.yaml", "requiredTier: squad", "requiredTier: pro", "/spec/servers/0/serverRef tier_too_low")]
    [InlineData("mcps/code-host.yaml", "  upsellOfferRef: retail@2#pro-monthly\n", "", "/spec/upsellOfferRef required")]
    [InlineData("mcps/code-host.yaml", "authModes: [oauth]", "authModes: [api_key]", "/spec/headers required", "/spec/scopes not_used")]
    [InlineData("mcps/code-host.yaml", "https://mcp", "http://mcp", "/spec/endpoint format")]
    [InlineData("notification-profiles/security.yaml", "mandatory: true", "mandatory: false", "/spec/mandatory mandatory_category")]
    [InlineData("notification-profiles/security.yaml", "defaultDigest: immediate", "defaultDigest: daily", "/spec/defaultDigest not_one_of")]
    [InlineData("notification-profiles/security.yaml", "principal.revoked.v1", "principal.revokd.v1", "/spec/eventTypes/1 no_such_event")]
    [InlineData("notification-profiles/trials.yaml", "enum: [info, warning, critical]", "enmu: [info]", "/spec/preferences/properties/severityMin/enmu schema")]
    [InlineData("observability-profiles/quiet.yaml", "field: authorization, action: drop", "field: authorization, action: mask", "/spec/redaction credentials_kept")]
    [InlineData("personality-profiles/attentive.yaml", "id: no-secrets", "id: no-spending", "/spec/guardRails/1/id repeated")]
    [InlineData("personality-profiles/attentive.yaml", "prompt:attentive@3", "Be kind.", "/spec/systemPromptRef format")]
    [InlineData("platform-console-profiles/operations.yaml", "permissions: [outbox:read]", "permissions: [outbox:raed]", "/spec/sections/1/permissions/0 no_such_permission")]
    [InlineData("platform-console-read-models/trail.yaml", "freshnessSeconds: 5", "freshnessSeconds: 0", "/spec/freshnessSeconds out_of_range")]
    [InlineData("platform-console-read-models/trail.yaml", "keyFields: [sequence]", "keyFields: [row]", "/spec/keyFields/0 no_such_field")]
    [InlineData("runtime-profile-catalogs/workshops.yaml", "name: assistant/code-1", "name: assistant/workspace-1", "/spec/images/1/name repeated")]
    [InlineData("skill-bundles/code-review.yaml", "entry: tests/SKILL.md", "entry: tests/README.md", "/spec/skills/1/entry no_such_file")]
    [InlineData("skill-bundles/code-review.yaml", "path: review/checklist.md", "path: ../checklist.md", "/spec/files/1/path format")]
    [InlineData("sympozium-integration-profiles/hosted.yaml", "    - { phase: failed, becomes: Failed }\n", "", "/spec/runtimePhases unmapped")]
    [InlineData("sympozium-integration-profiles/hosted.yaml", "phase: failed, becomes: Failed", "phase: failed, becomes: Broken", "/spec/runtimePhases/10/becomes no_such_phase")]
    [InlineData("sympozium-integration-profiles/hosted.yaml", "compatibleWith: [v1alpha1", "compatibleWith: [latest", "/spec/compatibleWith/0 format")]
    [InlineData("tenant-portal-profiles/team.yaml", "route: /files", "route: /chat", "/spec/apps/2/route repeated")]
    [InlineData("tenant-portal-profiles/team.yaml", "requiredRole: billing", "requiredRole: treasurer", "/spec/apps/5/requiredRole not_one_of")]
    [InlineData("tooling-matrix-profiles/cautious.yaml", "{ tool: messages.*, roles: [owner],", "{ tool: messages.*,", "/spec/rows/3 never_reached")]
    [InlineData("tooling-matrix-profiles/cautious.yaml", "roles: [owner]", "roles: [chief]", "/spec/rows/2/roles/0 not_one_of")]
    [InlineData("workspace-filesystem-profiles/sftp.yaml", "{{MOUNT_TOKEN}}", "{{PASSWORD}}", "/spec/clients/0/steps/1/command unknown_placeholder")]
    [InlineData("workspace-filesystem-profiles/sftp.yaml", "maxLeaseSeconds: 28800", "maxLeaseSeconds: 900\n  protocols: []", "/spec/protocols unknown_field")]
    [InlineData("workspace-profiles/forge.yaml", "sftp@1, sshfs@1", "sftp@1, sftp@1", "/spec/mounts/2 repeated")]
    public void each_kind_has_rules_of_its_own(string file, string from, string to, params string[] expected) =>
        _files.Change(file, from, to).Load().Faults.Where(fault => fault.File == file).Select(fault => $"{fault.Pointer} {fault.Code}").ShouldBe(expected, ignoreOrder: true);

    [Fact]
    public void a_name_that_is_a_path_of_its_own_is_kept()
    {
        var text = File.ReadAllText(_files.PathOf("mcps/web-search.yaml"));

        _files.Write("mcps/custom.yaml", text.Replace("name: web-search", "name: custom", StringComparison.Ordinal)).Faults().ShouldBe(["mcps/custom.yaml:4 /metadata/name reserved"]);
    }

    [Fact]
    public void the_envelopes_that_are_shown_are_signed_as_webhooks_are()
    {
        foreach (var profile in _files.Load().Require().All<ClusterEventHookProfile>())
        {
            var (headers, body) = (profile.Spec.ExampleEnvelope.Headers, JsonSerializer.Serialize(profile.Spec.ExampleEnvelope.Body));
            var signed = HMACSHA256.HashData("0123456789abcdef0123456789abcdef"u8, Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}"));

            headers["webhook-signature"].ShouldBe($"v1,{Convert.ToBase64String(signed)}", profile.Name);
            headers["ce-type"].ShouldBe($"controlplane.{profile.Spec.ExampleEnvelope.Type}");
        }
    }

    [Fact]
    public void a_matrix_is_asked_row_by_row()
    {
        var matrix = _files.Load().Require().Newest<ToolingMatrixProfile>("workshop")!.Spec;

        matrix.Deciding("shell.run", "operator", ControlPlane.Tenants.Tier.Pro)!.Value.Row.ShouldBe(1);
        matrix.Deciding("shell.run", "owner", ControlPlane.Tenants.Tier.Solo)!.Value.Decides.Decision.ShouldBe(ToolDecision.Approve);
        matrix.Deciding("shell.run", "auditor", ControlPlane.Tenants.Tier.Squad)!.Value.Decides.Decision.ShouldBe(ToolDecision.Deny);
        matrix.Deciding("files.delete", "operator", ControlPlane.Tenants.Tier.Pro)!.Value.Decides.Decision.ShouldBe(ToolDecision.Deny);
        matrix.Deciding("shellfish", "owner", ControlPlane.Tenants.Tier.Solo).ShouldBeNull();
    }

    [Fact]
    public void the_digest_of_a_set_of_tools_does_not_depend_on_their_order_and_on_nothing_else()
    {
        var server = _files.Load().Require().Newest<McpServer>("calendar")!.Spec;

        (server with { Tools = [.. server.Tools.Reverse()], DisplayName = "Other" }).ToolSetDigest().ShouldBe(server.ToolSetDigest());
        (server with { Tools = [.. server.Tools.Skip(1)] }).ToolSetDigest().ShouldNotBe(server.ToolSetDigest());
    }
}
