namespace ControlPlane.Tests.Model;

public class EventModelTests
{
    private readonly EventModel _model = new();

    [Fact]
    public async Task the_event_model_on_paper_is_that_of_the_code()
    {
        var file = Path.Combine(Repository.Root, "eventmodel.md");
        var derived = EventModelDocument.Write(_model);
        if (Environment.GetEnvironmentVariable("UPDATE_EVENTMODEL") == "1")
        {
            await File.WriteAllTextAsync(file, derived, TestContext.Current.CancellationToken);
        }

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(derived);
    }

    [Fact]
    public void every_event_model_event_comes_from_a_slice_and_leads_to_a_model()
    {
        var appended = _model.Slices.SelectMany(slice => slice.Events).ToHashSet();

        _model.Events.Where(stored => !appended.Contains(stored.Alias)).Select(stored => stored.Alias).ShouldBeEmpty();
        // Usage is kept as it comes in, and what sums it up belongs to the area of runs; what Stripe tells is only a reason to look.
        _model.Events.Where(stored => stored.Models.Count == 0).Select(stored => stored.Alias).ShouldBe(["agent_run.usage_reported", "stripe_event.received"]);
    }

    [Fact]
    public void what_the_event_model_reads_from_code_is_what_the_code_does()
    {
        var trial = _model.Slices.Single(slice => slice.Name == "ActivateTrial");

        trial.Trigger.ShouldBe("POST /v1/agent-instances/{id}/trial/activate");
        trial.Events.ShouldBe(["agent_instance.trial_started"]);
        trial.Sends.ShouldBe(["EndTrial", "GiveUpTrial", "RemindOfTrial"]);
        _model.Slices.Single(slice => slice.Name == "VerifySignup").Events.ShouldContain("tenant.created");
        _model.Slices.Single(slice => slice.Name == "SendTrialLetter").Outside.ShouldBe(["Postmark"]);
        _model.Slices.Single(slice => slice.Name == "CreateStripeCustomer").Outside.ShouldBe(["Stripe"]);
        _model.Slices.Where(slice => slice.IsRead).ShouldAllBe(slice => slice.Events.Count == 0);
    }
}
