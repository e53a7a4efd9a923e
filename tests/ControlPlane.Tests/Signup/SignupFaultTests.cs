using System.Text.Json.Nodes;
using ControlPlane.Billing;
using OutsideWorld.Faults;

namespace ControlPlane.Tests.Signup;

/// <summary>The outside world fails: everything happens all the same, and once.</summary>
public class SignupFaultTests(App app) : SignupTest(app)
{
    [Theory]
    [InlineData(FaultKind.Status, FaultMoment.Before, 500)]
    [InlineData(FaultKind.Status, FaultMoment.Before, 429)]
    [InlineData(FaultKind.Html, FaultMoment.Before, 502)]
    [InlineData(FaultKind.Reset, FaultMoment.Before, null)]
    public async Task a_letter_is_tried_again_until_postmark_takes_it(FaultKind kind, FaultMoment when, int? status)
    {
        await Fails("postmark", "/email", Email, kind, when, status, times: 2);

        var (id, code) = await Started();

        (await Verify(id, code)).Status.ShouldBe(201);
        (await Letters($"{id}:code")).Count.ShouldBe(3);
        (await Letters($"{id}:code")).Count(letter => letter.Status == 200).ShouldBe(1);
    }

    [Fact]
    public async Task a_letter_whose_receipt_was_lost_is_not_sent_twice()
    {
        await Fails("postmark", "/email", Email, FaultKind.Reset, FaultMoment.After);

        var id = (await Start()).Text("signupId")!;

        var lost = await Seen("postmark", $"{id}:code", letter => letter.Method == "POST");
        await Seen("postmark", $"{id}:code", look => look.Method == "GET" && look.Index > lost.Index);
        await Found(
            "select 1 where not exists (select from wolverine.wolverine_incoming_envelopes where status <> 'Handled' and message_type like '%SendSignupLetter' and position(convert_to($1, 'UTF8') in body) > 0)",
            id);
        (await Letters($"{id}:code")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task a_letter_to_nobody_is_put_aside_without_naming_anybody()
    {
        await App.Outside.DeactivateAsync(Email, TestContext.Current.CancellationToken);

        var id = (await Start()).Text("signupId")!;

        var why = (string)await Found("select exception_message from wolverine.wolverine_dead_letters where position(convert_to($1, 'UTF8') in body) > 0", id);
        why.ShouldBe("Postmark no longer delivers to the recipient (406)");
        (await Leaks.TablesWithAsync(App.Connection, Email)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FaultKind.Status, FaultMoment.Before, 500)]
    [InlineData(FaultKind.Status, FaultMoment.During, 500)]
    [InlineData(FaultKind.Status, FaultMoment.Before, 429)]
    [InlineData(FaultKind.Reset, FaultMoment.After, null)]
    public async Task stripe_gets_one_customer_whatever_fails(FaultKind kind, FaultMoment when, int? status)
    {
        await Fails("stripe", "/v1/customers", Email, kind, when, status, times: 2);

        var tenant = (string)(await Proven()).Body!["tenant"]!["id"]!;

        var account = await Account(tenant, account => account.CheckoutSessionId is not null);
        (await Customers()).ShouldHaveSingleItem().ShouldBe(account.CustomerId);
    }

    [Fact]
    public async Task a_customer_that_stripe_refuses_for_good_is_told_by_the_account()
    {
        await Fails("stripe", "/v1/customers", Email, FaultKind.Status, FaultMoment.Before, 400);

        var tenant = (string)(await Proven()).Body!["tenant"]!["id"]!;

        (await Account(tenant, account => account.Failed is not null)).Failed.ShouldBe(BillingStep.Customer);
        (await Customers()).ShouldBeEmpty();
    }

    private async Task<string[]> Customers()
    {
        using var stripe = new HttpClient();
        stripe.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_sandbox");
        stripe.DefaultRequestHeaders.Add("Stripe-Version", "2026-10-28.endive");
        var list = await stripe.GetStringAsync($"{App.Sandbox.StripeApiBase}/v1/customers?email={Email}", TestContext.Current.CancellationToken);
        return [.. JsonNode.Parse(list)!["data"]!.AsArray().Select(customer => (string)customer!["id"]!)];
    }
}
