using ControlPlane.AgentInstances;
using ControlPlane.Storage;

namespace ControlPlane.Tests.AgentInstances;

public class TrialTests(App app) : InstanceTest(app)
{
    [Fact]
    public async Task a_trial_runs_as_its_plan_says_and_asking_twice_changes_nothing()
    {
        var id = await Draft();

        var started = (await Post($"{All}/{id}/trial/activate", "{}")).ShouldHave(200);
        var again = (await Post($"{All}/{id}/trial/activate", "{}")).ShouldHave(200);

        (started.Text("state"), (string?)started.Body!["plan"]!["ref"], (int?)started.Body["trial"]!["daysLeft"]).ShouldBe(("trial", "trial@1", 14));
        again.Body!.ToJsonString().ShouldBe(started.Body.ToJsonString());
        (await History(id)).ShouldBe(["drafted", "trial_started"]);
    }

    [Fact]
    public async Task a_tenant_tries_a_blueprint_once()
    {
        await Trial("first");
        var second = await Draft("second");

        var refused = await Post($"{All}/{second}/trial/activate", "{}");

        refused.ShouldRefuse(409, "trial_consumed");
        refused.Body!["at"].ShouldNotBeNull();
        (await State(second)).ShouldBe("draft");
    }

    [Fact]
    public async Task an_owner_tries_a_blueprint_once_whatever_tenant_he_comes_with()
    {
        await Trial();
        var elsewhere = Ids.New("ten");
        var again = await Join("owner", $"/tenants/{elsewhere}", home: elsewhere, email: $"{Me}@Example.ORG");
        var id = (await Post(All, new { blueprintRef = Blueprint, displayName = "Scout" }, again)).ShouldHave(201).Text("id");

        (await Post($"{All}/{id}/trial/activate", "{}", again)).ShouldRefuse(409, "trial_consumed");
    }

    [Fact]
    public async Task racing_activations_start_one_trial()
    {
        var ids = new[] { await Draft("a"), await Draft("b"), await Draft("c") };

        var replies = await Task.WhenAll(ids.Select(id => Post($"{All}/{id}/trial/activate", "{}")));

        replies.Select(reply => reply.Status).Order().ShouldBe([200, 409, 409]);
        replies.Where(reply => reply.Status == 409).ShouldAllBe(reply => reply.Text("code") == "trial_consumed");
    }

    [Fact]
    public async Task an_instance_that_lives_in_telegram_needs_its_bot_first()
    {
        var id = await Draft("Bot", "telegram-assistant@2");

        var refused = await Post($"{All}/{id}/trial/activate", "{}");

        refused.ShouldRefuse(409, "invalid_state");
        refused.Body!["blockedBy"]!.ToJsonString().ShouldBe("""["bot_missing"]""");
    }

    [Fact]
    public async Task reminders_come_once_each_and_the_end_suspends()
    {
        var id = await Trial();

        await Pull<RemindOfTrial>(timer => timer.ScheduledTime < TimeProvider.System.GetUtcNow().AddDays(12));
        await ControlPlane.Tests.Bus.Until.TrueAsync(async () => (await History(id)).Length == 3);
        await Pull<RemindOfTrial>();
        await ControlPlane.Tests.Bus.Until.TrueAsync(async () => (await History(id)).Length == 4);
        await Pull<EndTrial>();
        await StateBecomes(id, "suspended");

        (await History(id)).ShouldBe(["drafted", "trial_started", "trial_ending", "trial_ending", "suspended"]);
        var refused = await Post($"{All}/{id}/resume", "{}");
        refused.ShouldRefuse(409, "invalid_state");
        refused.Body!["blockedBy"]!.ToJsonString().ShouldBe("""["trial_expired"]""");
        (await Post($"{All}/{id}/trial/activate", "{}")).ShouldRefuse(409, "invalid_state");
    }

    [Fact]
    public async Task the_owner_is_told_before_and_at_the_end()
    {
        await Trial();
        await Pull<RemindOfTrial>(timer => timer.ScheduledTime < TimeProvider.System.GetUtcNow().AddDays(12));
        var reminder = await App.Outside.ExpectAsync("postmark", $"{Me}@example.org", sent => sent.Method == "POST", TestContext.Current.CancellationToken);
        await Pull<EndTrial>();
        var ended = await App.Outside.ExpectAsync("postmark", $"{Me}@example.org", sent => sent.Method == "POST" && sent.Body!.ToJsonString().Contains("over", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        reminder.Body!["TextBody"]!.ToString().ShouldContain("Scout");
        reminder.Body["Subject"]!.ToString().ShouldBe("Your trial ends in 3 days");
        ended.Body!["Subject"]!.ToString().ShouldBe("Your trial is over");
    }

    [Fact]
    public async Task a_trial_that_nobody_paid_for_is_deleted_after_its_data_was_kept()
    {
        var id = await Trial();
        await Pull<EndTrial>();
        await StateBecomes(id, "suspended");

        await Pull<GiveUpTrial>();

        await StateBecomes(id, "deleted");
        (await History(id)).ShouldBe(["drafted", "trial_started", "suspended", "deletion_requested", "deletion_started", "deleted"]);
    }

    [Theory]
    [InlineData(3, -72, true)]
    [InlineData(3, -49, true)]
    [InlineData(3, -48, false)]
    [InlineData(1, -1, true)]
    [InlineData(1, 0, false)]
    public void a_reminder_that_comes_too_late_is_left_out(int daysLeft, int hours, bool isSent)
    {
        var ends = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var trial = new AgentInstance("ain_1", Blueprint, "trial@1", new("x"), new("{}"), "prn_1") { Life = new(InstanceState.Trial) { TrialEndsAt = ends } };
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(ends.AddHours(hours));

        (RemindOfTrialHandler.Handle(new("ain_1", ends, daysLeft), trial, clock).Item1 is not null).ShouldBe(isSent);
    }

    [Fact]
    public void timers_of_another_trial_or_of_a_changed_state_do_nothing()
    {
        var ends = TimeProvider.System.GetUtcNow().AddDays(4);
        var trial = new AgentInstance("ain_1", Blueprint, "trial@1", new("x"), new("{}"), "prn_1")
        {
            Life = new(InstanceState.Trial) { TrialEndsAt = ends, RemindedDaysLeft = 1 },
        };
        var expired = trial with { Life = trial.Life with { Suspensions = [new(SuspendCode.TrialExpired, ends)] } };
        var active = trial with { Life = trial.Life with { Underlying = InstanceState.Active } };

        EndTrialHandler.Handle(new("ain_1", ends.AddDays(1), 30), trial).Item1.ShouldBeNull();
        EndTrialHandler.Handle(new("ain_1", ends, 30), expired).Item1.ShouldBeNull();
        EndTrialHandler.Handle(new("ain_1", ends, 30), active).Item1.ShouldBeNull();
        EndTrialHandler.Handle(new("ain_1", ends, 30), null).Item1.ShouldBeNull();
        EndTrialHandler.Handle(new("ain_1", ends, 30), trial).Item1.ShouldNotBeNull();
        RemindOfTrialHandler.Handle(new("ain_1", ends, 1), trial, TimeProvider.System).Item1.ShouldBeNull();
        RemindOfTrialHandler.Handle(new("ain_1", ends, 3), trial, TimeProvider.System).Item1.ShouldBeNull();
        GiveUpTrialHandler.Handle(new("ain_1", ends), active, TimeProvider.System).Item1.ShouldBeNull();
        GiveUpTrialHandler.Handle(new("ain_1", ends), trial, TimeProvider.System).Item1.ShouldBeNull();
    }
}
