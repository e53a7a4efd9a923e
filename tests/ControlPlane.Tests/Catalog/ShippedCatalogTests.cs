using ControlPlane.Catalog;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Tests.Catalog;

public class ShippedCatalogTests
{
    private static readonly CatalogStore Catalog = new(CatalogLoader.Load(
        Path.Combine(AppContext.BaseDirectory, "catalog"), CatalogKinds.Shipped, DateTimeOffset.UnixEpoch).Require());

    [Fact]
    public void sells_solo_for_19_euros_a_month_with_a_key_of_ones_own()
    {
        var offer = Catalog.Newest<OfferCatalog>("retail")!.Spec.Offer("solo-monthly")!;

        offer.Price("EUR").ShouldBe(new Price { Currency = "EUR", Amount = 1900, TaxInclusive = true, PriceId = "price_solo_monthly_2_eur" });
        Catalog.Get(offer.PlanRef).Spec.ModelAccess.ShouldBe(ModelAccess.BringYourOwnKey);
    }

    [Fact]
    public void has_a_plan_for_every_tier() =>
        Catalog.All<PlanProfile>().Where(plan => plan.Spec.Purchasable).Select(plan => plan.Spec.Tier).Distinct().Order().ShouldBe(Enum.GetValues<Tier>());

    [Fact]
    public void has_blueprints_that_need_a_bot_and_such_that_do_not() =>
        Catalog.All<AgentBlueprint>().Where(blueprint => blueprint.Spec.TrialEligible).Select(blueprint => blueprint.Spec.TelegramFirst).Distinct().Count().ShouldBe(2);

    [Fact]
    public void keeps_the_quotas_of_a_trial_in_a_plan_of_their_own()
    {
        var trial = Catalog.Newest<PlanProfile>("solo")!.Spec.Trial!;

        trial.Days.ShouldBe(14);
        Catalog.Get(trial.PlanRef).Spec.LimitOf(QuotaMetric.TokensMonth).ShouldBe(1_000_000);
    }

    [Fact]
    public void has_five_personas_of_three_tiers() => Catalog.All<Persona>().Where(persona => persona.Metadata.Status == CatalogStatus.Active)
        .CountBy(persona => persona.Spec.RequiredTier).OrderBy(count => count.Key).Select(count => (count.Key, count.Value))
        .ShouldBe([(Tier.Solo, 2), (Tier.Pro, 2), (Tier.Squad, 1)]);

    [Fact]
    public void has_the_retention_policies_of_the_domain() => Catalog.All<RetentionPolicy>().Select(policy => (policy.Name, policy.Spec.Duration.ToString(), policy.Spec.Floor is not null)).ShouldBe([
        ("ai-run-6m", "P6M", false), ("comms-13m", "P13M", false), ("ephemeral-30d", "P30D", false), ("erasure-evidence-5y", "P5Y", true), ("fin-10y", "P10Y", true),
        ("iam-36m", "P36M", false), ("ops-6m", "P6M", false), ("prospect-36m", "P36M", false), ("sec-12m", "P12M", false)]);

    [Fact]
    public void starts_every_blueprint_with_a_configuration_that_its_customer_can_change()
    {
        foreach (var blueprint in Catalog.All<AgentBlueprint>())
        {
            var change = blueprint.Spec.ConfigSchema.Apply(blueprint.Spec.Defaults, System.Text.Json.JsonSerializer.SerializeToElement(new { language = "fr" }));

            change.Faults.ShouldBeEmpty(blueprint.Ref);
            change.Changed.ShouldBe(["/language"]);
        }
    }

    [Fact]
    public void answers_without_allocating()
    {
        Catalog.Get<PlanProfile>("solo@1");
        Catalog.Newest<PlanProfile>("solo");
        Catalog.All<PlanProfile>();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Catalog.Get<PlanProfile>("solo@1");
        Catalog.Newest<PlanProfile>("solo");
        Catalog.All<PlanProfile>();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void prefers_the_newest_active_version()
    {
        Catalog.Newest<PlanProfile>("solo")!.Ref.ShouldBe("solo@2");
        Catalog.Newest<OfferCatalog>("founders")!.IsWithdrawn.ShouldBeTrue();
        Catalog.Newest<PlanProfile>("gold").ShouldBeNull();
    }

    [Fact]
    public void has_the_retention_policy_of_every_event_that_is_stored()
    {
        _ = new StoreOptions().AddControlPlane(null!, new(null!, null!));

        EventCatalog.All.ShouldNotBeEmpty();
        EventCatalog.All.Select(kind => kind.RetentionPolicy).Where(policy => Catalog.Newest<RetentionPolicy>(policy) is null).ShouldBeEmpty();
    }
}
