using ControlPlane.Catalog;

namespace ControlPlane.Tests.Catalog;

public sealed class CatalogLoaderTests : IDisposable
{
    private const string Solo = "plan-profiles/solo.yaml";
    private const string Retail = "offer-catalogs/retail.yaml";
    private const string Tutor = "personas/tutor.yaml";

    private readonly CatalogFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void loads_a_sound_catalog()
    {
        var catalog = _files.Load().Require();

        catalog.Find<PlanProfile>("solo@1").ShouldNotBeNull().Spec.LimitOf(QuotaMetric.Instances).ShouldBe(1);
        catalog.Find<PlanProfile>("solo@2").ShouldBeNull();
        catalog.Offer(new("retail@1#solo-monthly")).ShouldNotBeNull().Price("EUR").ShouldNotBeNull().Amount.ShouldBe(1900);
    }

    [Theory]
    [InlineData(Solo, "tier: solo", "tier: gold", "plan-profiles/solo.yaml:10 /spec/tier not_one_of")]
    [InlineData(Solo, "tier: solo", "teir: solo", "plan-profiles/solo.yaml:10 /spec/teir unknown_field", "plan-profiles/solo.yaml:7 /spec/tier required")]
    [InlineData(Solo, "limit: 1,", "limit: -1,", "plan-profiles/solo.yaml:15 /spec/quotas/0/limit out_of_range")]
    [InlineData(Solo, "limit: 1,", "limit: one,", "plan-profiles/solo.yaml:15 /spec/quotas/0/limit type")]
    [InlineData(Solo, "kind: PlanProfile", "kind: Persona", "plan-profiles/solo.yaml:2 /kind not_one_of")]
    [InlineData(Solo, "controlplane/v1", "controlplane/v2", "plan-profiles/solo.yaml:1 /apiVersion not_one_of")]
    [InlineData(Solo, "version: 1", "version: 1.0", "plan-profiles/solo.yaml:5 /metadata/version type", "offer-catalogs/retail.yaml:13 /spec/offers/0/planRef dangling_reference")]
    [InlineData(Solo, "version: 1", "version: 1\n  colour: red", "plan-profiles/solo.yaml:6 /metadata/colour unknown_field")]
    [InlineData(Solo, "version: 1", "version: 1\n  replacedBy: solo@7", "plan-profiles/solo.yaml:6 /metadata/replacedBy dangling_reference")]
    [InlineData(Solo, "version: 1", "version: 1\n  status: deprecated", "plan-profiles/solo.yaml:3 /metadata/statusMessage required")]
    [InlineData(Solo, "version: 1", "version: 1\n  labels:", "plan-profiles/solo.yaml:6 /metadata/labels yaml")]
    [InlineData(Solo, "reminderDays: []", "reminderDays: [5]", "plan-profiles/solo.yaml:17 /spec/dunning/reminderDays/0 out_of_range")]
    [InlineData(Retail, "planRef: solo@1", "planRef: solo@9", "offer-catalogs/retail.yaml:13 /spec/offers/0/planRef dangling_reference")]
    [InlineData(Retail, "planRef: solo@1", "planRef: solo", "offer-catalogs/retail.yaml:13 /spec/offers/0/planRef type")]
    [InlineData(Retail, "planRef: solo@1", "planRef: trial@1", "offer-catalogs/retail.yaml:13 /spec/offers/0/planRef plan_not_purchasable")]
    [InlineData(Retail, "amount: 1900", "amount: 19.00", "offer-catalogs/retail.yaml:16 /spec/offers/0/prices/0/amount type")]
    [InlineData(Retail, "currency: EUR", "currency: EURO", "offer-catalogs/retail.yaml:16 /spec/offers/0/prices/0/currency format")]
    [InlineData(Retail, "trialDays: 14", "trialDays: 14\n      countries: [FR, XX]", "offer-catalogs/retail.yaml:19 /spec/offers/0/countries format")]
    [InlineData(Retail, "trialDays: 14", "trialDays: 14\n      validUntil: 2026-01-15T00:00:00Z", "offer-catalogs/retail.yaml:19 /spec/offers/0/validUntil empty_window")]
    [InlineData(Tutor, "requiredTier: solo", "requiredTier: gold", "personas/tutor.yaml:10 /spec/requiredTier not_one_of")]
    [InlineData(Tutor, "requiredTier: solo", "requiredTier: pro", "personas/tutor.yaml:11 /spec/upsellOfferRef upsell_too_low")]
    [InlineData(Tutor, "#solo-monthly", "#solo-yearly", "personas/tutor.yaml:11 /spec/upsellOfferRef dangling_reference")]
    [InlineData(Tutor, "Teach.", "Use ghp_0123456789abcdefghij0123456789abcdef.", "personas/tutor.yaml:15 /spec/suggestedInstructions secret_like")]
    [InlineData(Tutor, "name: tutor", "name: coach", "personas/tutor.yaml:4 /metadata/name file_name")]
    [InlineData(Tutor, "tone: warm", "tone: &t warm", "personas/tutor.yaml:12 /spec/tone yaml", "personas/tutor.yaml:12 /spec/tone not_one_of")]
    [InlineData(Tutor, "tone: warm", "tone: warm\n  tone: warm", "personas/tutor.yaml:13 /spec/tone yaml")]
    public void names_the_place_of_a_fault(string file, string from, string to, params string[] expected) =>
        _files.Change(file, from, to).Faults().ShouldBe(expected, ignoreOrder: true);

    [Fact]
    public void tells_every_fault_of_every_file_at_once()
    {
        _files.Change(Solo, "tier: solo", "tier: gold").Change(Retail, "currency: EUR", "currency: ???").Write("personas/broken.yaml", "a: [1\nb: 2");

        var error = Should.Throw<CatalogException>(() => _files.Load().Require());

        error.Faults.Select(fault => fault.File).ShouldBe([Retail, "personas/broken.yaml", Solo]);
        error.Message.ShouldContain("plan-profiles/solo.yaml:10 /spec/tier (not_one_of)");
    }

    [Fact]
    public void refuses_a_version_that_says_two_things() =>
        _files.Write(Solo, $"{CatalogFiles.Solo}---\n{CatalogFiles.Solo.Replace("limit: 1,", "limit: 2,", StringComparison.Ordinal)}").Load()
            .Faults.ShouldHaveSingleItem().ToString().ShouldStartWith("plan-profiles/solo.yaml:24 /metadata/version (duplicate_version) solo@1 stands in plan-profiles/solo.yaml with other content");

    [Fact]
    public void refuses_to_refer_to_what_is_withdrawn() =>
        _files.Change(Solo, "version: 1", "version: 1\n  status: withdrawn\n  statusMessage: Gone.").Faults()
            .ShouldBe(["offer-catalogs/retail.yaml:13 /spec/offers/0/planRef withdrawn_reference"]);

    [Fact]
    public void hints_at_what_was_meant() =>
        _files.Change(Retail, "solo@1", "sole@1").Load().Faults.ShouldHaveSingleItem().Message.ShouldContain("did you mean solo@1");

    [Fact]
    public void refuses_files_that_do_not_belong_there()
    {
        _files.Write("notes/today.yaml", "a: 1").Write("personas/list.txt", "x").Write("personas/huge.yaml", new string('#', 10 * 1024 * 1024)).Write("personas/none.yaml", "# later");
        File.CreateSymbolicLink(_files.PathOf("personas/passwd.yaml"), "/etc/passwd");

        _files.Faults().ShouldBe(["notes:0  unexpected_file", "personas/huge.yaml:0  too_large", "personas/list.txt:0  unexpected_file", "personas/none.yaml:0  empty", "personas/passwd.yaml:0  symbolic_link"]);
    }

    [Fact]
    public void refuses_a_bomb_without_unfolding_it()
    {
        var bomb = string.Join('\n', Enumerable.Range(1, 40).Select(i => $"l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))}]"));

        _files.Write("personas/bomb.yaml", $"l0: &l0 x\n{bomb}\n").Load().Faults.ShouldContain(fault => fault.File == "personas/bomb.yaml" && fault.Code == "yaml");
    }

    [Fact]
    public void refuses_what_is_nested_too_deep() =>
        _files.Write("personas/deep.yaml", new string('[', 5000)).Faults().ShouldBe(["personas/deep.yaml:1  yaml"]);

    [Fact]
    public void refuses_a_folder_that_is_not_there() => CatalogLoader.Load(_files.PathOf("nowhere"), CatalogKinds.Shipped, default)
        .Faults.ShouldHaveSingleItem().Code.ShouldBe("missing");

    [Fact]
    public void digests_content_and_not_the_way_it_is_written()
    {
        var before = Digest();

        _files.Change(Retail, "displayName: Monthly\n  summary: Month by month.", "# a comment\n  summary: 'Month by month.'\n  displayName: \"Monthly\"");
        Digest().ShouldBe(before);
        before.ShouldMatch("^sha256:[0-9a-f]{64}$");
        _files.Change(Retail, "amount: 1900", "amount: 1901");
        Digest().ShouldNotBe(before);
    }

    private string Digest() => _files.Load().Require().Find<OfferCatalog>("retail@1")!.Digest;
}
