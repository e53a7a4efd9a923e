using ControlPlane.Sealing;
using Microsoft.Extensions.DependencyInjection;
using OutsideWorld;
using OutsideWorld.Faults;
using Wolverine.Persistence.Durability;

namespace ControlPlane.Tests.Signup;

/// <summary>How a signup ends, and what is left of it.</summary>
public class SignupEndTests(App app) : SignupTest(app)
{
    [Fact]
    public async Task when_the_time_is_over_the_code_is_no_longer_good_and_what_was_told_is_erased()
    {
        var (id, code) = await Started();
        var timer = (Guid)await Found(
            "select id from wolverine.wolverine_incoming_envelopes where status = 'Scheduled' and message_type like '%ExpireSignup' and position(convert_to($1, 'UTF8') in body) > 0",
            id);

        await App.Host.Services.GetRequiredService<IMessageStore>().ScheduledMessages
            .RescheduleAsync(timer, TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken);

        await Erased(id);
        (await Pending(id)).IsExpired.ShouldBeTrue();
        var late = await Verify(id, code);
        (late.Status, late.Text("code"), (int?)late.Body!["attemptsLeft"]).ShouldBe((422, "code_rejected", 9));
    }

    [Fact]
    public async Task once_the_address_is_proven_what_was_told_lives_in_the_account_only()
    {
        var (id, code) = await Started();
        var account = await Verify(id, code);

        await Erased(id);

        (await Pending(id)).IsVerified.ShouldBeTrue();
        var again = await Proven();
        ((string?)again.Body!["principal"]!["displayName"]).ShouldBe("Ada");
        again.Body["tenant"]!["id"]!.ToString().ShouldBe(account.Body!["tenant"]!["id"]!.ToString());
    }

    [Fact]
    public async Task neither_address_nor_name_stand_in_any_table_or_log_line()
    {
        var name = $"Canary{Guid.CreateVersion7():N}";
        App.Leaks.Watch(Email);
        App.Leaks.Watch(name);
        await Fails("postmark", "/email", Email, FaultKind.Status, FaultMoment.Before, 500);
        await Fails("stripe", "/v1/customers", Email, FaultKind.Status, FaultMoment.During, 500);
        var id = (await Start(name: name)).Text("signupId")!;
        var code = CodeIn(await Letter(id));
        (await Leaks.TablesWithAsync(App.Connection, id)).ShouldContain("wolverine.wolverine_incoming_envelopes");
        (await Leaks.TablesWithAsync(App.Connection, code)).ShouldBeEmpty();

        var tenant = (string)(await Verify(id, code)).Body!["tenant"]!["id"]!;
        await Account(tenant, account => account.CheckoutSessionId is not null);
        await Seen("postmark", $"{tenant}:welcome", letter => letter.Method == "POST");

        foreach (var canary in new[] { Email, name })
        {
            (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
            App.Leaks.LinesWith(canary).ShouldBeEmpty();
        }
    }

    private async Task Erased(string id) => await SandboxClient.UntilAsync(
        () => Pending(id), signup => signup.Email.Value == Personal.Erased && signup.DisplayName.Value == Personal.Erased,
        $"{id} was never erased", TestContext.Current.CancellationToken);
}
