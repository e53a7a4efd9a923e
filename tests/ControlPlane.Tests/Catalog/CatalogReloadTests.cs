using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Alba;
using ControlPlane.Catalog;
using ControlPlane.Iam;
using ControlPlane.Tenants;
using ControlPlane.Tests.Bus;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Catalog;

/// <summary>A node whose catalog is a folder of its own, on a database of its own.</summary>
public sealed class CatalogReloadTests(App app) : IAsyncLifetime
{
    private readonly CatalogFiles _files = CatalogFiles.Shipped();
    private string _connection = "";
    private IAlbaHost _host = null!;

    private CatalogStore Catalog => _host.Services.GetRequiredService<CatalogStore>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = await Databases.CreateAsync();
        _host = await StartAsync();
        await Until.TrueAsync(async () => (await HistoryAsync()).Count > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task what_it_starts_with_is_written_down_once()
    {
        var history = await HistoryAsync();
        var published = history[0].Data.ShouldBeOfType<CatalogPublished>();
        published.Kinds.Select(kind => kind.KindCode).ShouldBe(CatalogKinds.Shipped.All.Select(kind => kind.Name), ignoreOrder: true);
        history.Skip(1).Select(stored => stored.Data).ShouldAllBe(told => told is CatalogEntryPublished);
        history.Count.ShouldBe(1 + Catalog.Current.Everything.Count());

        await using var second = await StartAsync();
        (await second.Services.GetRequiredService<CatalogLedger>().RecordAsync(second.Services.GetRequiredService<CatalogStore>().Current, Cancellation)).ShouldBeFalse();
        (await HistoryAsync()).Count.ShouldBe(history.Count);
    }

    [Fact]
    public async Task a_file_that_has_changed_is_taken_while_the_service_runs()
    {
        var before = (await HistoryAsync())[0].Data.ShouldBeOfType<CatalogPublished>();

        _files.Change("offer-catalogs/nonprofit.yaml", "status: active", "status: withdrawn\n  statusMessage: Sold out.");

        await Until.TrueAsync(() => Catalog.Get<OfferCatalog>("nonprofit@1").IsWithdrawn);
        await Until.TrueAsync(async () => (await HistoryAsync())[^1].Data is CatalogEntryChanged { KindCode: nameof(OfferCatalog), EntryRef: "nonprofit@1", Status: EntryStatus.Withdrawn });
        var after = (await HistoryAsync())[^2].Data.ShouldBeOfType<CatalogPublished>();
        after.Kinds.Except(before.Kinds).Select(kind => kind.KindCode).ShouldBe([nameof(OfferCatalog)]);
    }

    [Fact]
    public async Task what_was_in_force_on_a_day_can_be_told_later()
    {
        var then = TimeProvider.System.GetUtcNow();
        _files.Change("offer-catalogs/nonprofit.yaml", "status: active", "status: withdrawn\n  statusMessage: Sold out.");
        (await ReloadAsync()).ShouldBeEmpty();

        await using var session = _host.Services.GetRequiredService<IDocumentStore>().QuerySession(Tenant.Platform);
        var entries = (await session.Events.AggregateStreamAsync<PublishedCatalog>(PublishedCatalog.Stream, timestamp: then, token: Cancellation))!.Entries;
        entries["OfferCatalog/nonprofit@1"].Status.ShouldBe(EntryStatus.Active);
        (await session.LoadAsync<PublishedCatalog>(PublishedCatalog.Stream, Cancellation))!.Entries["OfferCatalog/nonprofit@1"].Status.ShouldBe(EntryStatus.Withdrawn);
    }

    [Fact]
    public async Task a_catalog_with_anything_wrong_is_not_taken_at_all()
    {
        var before = (await HistoryAsync()).Count;
        _files.Change("personas/tutor.yaml", "requiredTier: solo", "requiredTier: gold").Change("personas/analyst.yaml", "status: active", "status: withdrawn\n  statusMessage: Gone.");

        (await ReloadAsync()).ShouldContain(fault => fault.File == "personas/tutor.yaml" && fault.Pointer == "/spec/requiredTier");

        Catalog.Newest<Persona>("analyst")!.IsWithdrawn.ShouldBeFalse();
        (await HistoryAsync()).Count.ShouldBe(before);
    }

    [Fact]
    public async Task a_version_that_was_published_keeps_its_content()
    {
        _files.Change("personas/tutor.yaml", "displayName: Tutor", "displayName: Teacher");

        (await ReloadAsync()).ShouldHaveSingleItem().ShouldBe(new CatalogFault(
            "personas/tutor.yaml", 0, "/metadata/version", "published_version", "tutor@1 was published with other content, and a version never changes; give this one a new number."));

        Catalog.Get<Persona>("tutor@1").Spec.DisplayName.ShouldBe("Tutor");
    }

    [Fact]
    public async Task whoever_was_made_from_a_withdrawn_blueprint_goes_on_with_it()
    {
        const string Old = "telegram-assistant@1";
        using var client = _host.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await BootstrapCommand.RunAsync(_host.Services, new Dictionary<string, string>(), Cancellation))["CONTROLPLANE_PLATFORM_TOKEN"]);
        using var drafted = await client.PostAsJsonAsync("/v1/agent-instances", new { blueprintRef = Old, displayName = "Scout" }, Cancellation);
        drafted.StatusCode.ShouldBe(HttpStatusCode.Created);
        var address = drafted.Headers.Location!;

        _files.Change("agent-blueprints/telegram-assistant.yaml", "status: deprecated", "status: withdrawn");
        (await ReloadAsync()).ShouldBeEmpty();

        ((string?)(await client.GetFromJsonAsync<JsonNode>(address, Cancellation))!["blueprintRef"]).ShouldBe(Old);
        using var patch = new StringContent("""{"greeting":"Still here."}""", System.Text.Encoding.UTF8, "application/merge-patch+json");
        using var configured = await client.PatchAsync($"{address}/config", patch, Cancellation);
        configured.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await client.GetFromJsonAsync<JsonNode>($"/v1/agent-blueprints/{Old}", Cancellation))!["metadata"]!["status"]).ShouldBe("withdrawn");
        using var another = await client.PostAsJsonAsync("/v1/agent-instances", new { blueprintRef = Old, displayName = "Other" }, Cancellation);
        another.StatusCode.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task nodes_that_come_at_once_write_it_once()
    {
        _files.Change("personas/tutor.yaml", "status: active", "status: deprecated\n  statusMessage: Soon gone.");
        var read = _files.Load().Require();
        var ledger = _host.Services.GetRequiredService<CatalogLedger>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ledger.RecordAsync(read, Cancellation)));

        (await HistoryAsync()).Count(stored => stored.Data is CatalogEntryChanged).ShouldBe(1);
    }

    [Fact]
    public async Task a_hangup_has_it_read_again_and_ends_nothing()
    {
        await using var service = await ServiceProcess.StartAsync("api", _connection, "", ("Catalog:Path", _files.Folder));
        // Nobody watches such a file.
        _files.Write("personas/notes.txt", "");

        await service.SignalAsync("HUP");

        await Until.TrueAsync(() => service.Output.Contains("personas/notes.txt (unexpected_file)", StringComparison.Ordinal));
        (await service.GetAsync("/healthz/ready")).ShouldBe(HttpStatusCode.OK);
    }

    private Task<IReadOnlyList<CatalogFault>> ReloadAsync() => _host.Services.GetRequiredService<CatalogReload>().ReloadAsync(Cancellation);

    private Task<IAlbaHost> StartAsync() => app.StartAsync(_connection, services => services.AddSingleton(new CatalogSettings(_files.Folder, VersionsAreFinal: true)));

    private async Task<IReadOnlyList<IEvent>> HistoryAsync()
    {
        await using var session = _host.Services.GetRequiredService<IDocumentStore>().QuerySession(Tenant.Platform);
        return await session.Events.FetchStreamAsync(PublishedCatalog.Stream, token: Cancellation);
    }
}
