using System.Net;
using Stripe;

namespace OutsideWorld.Tests;

public sealed class StripeCustomersTests(SharedSandbox shared)
{
    private readonly StripeClient _stripe = StripeAt.Client(shared.Sandbox);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_customer_is_what_was_asked_for()
    {
        var email = StripeAt.SomeEmail();

        var made = await Create(email, "ten_1");

        var read = await _stripe.V1.Customers.GetAsync(made.Id, cancellationToken: _cancel);
        read.Id.ShouldStartWith("cus_");
        read.Email.ShouldBe(email);
        read.Metadata["tenant_id"].ShouldBe("ten_1");
        read.PreferredLocales.ShouldBe(["de", "en"]);
        read.Livemode.ShouldBeFalse();
    }

    [Fact]
    public async Task a_deleted_customer_leaves_only_its_id()
    {
        var made = await Create(StripeAt.SomeEmail());

        (await _stripe.V1.Customers.DeleteAsync(made.Id, cancellationToken: _cancel)).Deleted.ShouldBe(true);

        var read = await _stripe.V1.Customers.GetAsync(made.Id, cancellationToken: _cancel);
        read.Deleted.ShouldBe(true);
        read.Email.ShouldBeNull();
        (await StripeAt.Refusal(() => _stripe.V1.Customers.DeleteAsync(made.Id))).Code.ShouldBe("resource_missing");
        (await StripeAt.Refusal(() => _stripe.V1.Checkout.Sessions.CreateAsync(StripeAt.SetUp(made.Id)))).Param.ShouldBe("customer");
    }

    [Fact]
    public async Task an_update_merges_metadata_and_tells_what_was_before()
    {
        var made = await Create(StripeAt.SomeEmail(), "ten_1");

        var changed = await _stripe.V1.Customers.UpdateAsync(made.Id,
            new() { Name = "Ada", Metadata = new() { ["plan"] = "solo", ["tenant_id"] = "" } }, cancellationToken: _cancel);

        changed.Name.ShouldBe("Ada");
        changed.Metadata.ShouldBe(new Dictionary<string, string> { ["plan"] = "solo" });
        var updated = await _stripe.V1.Events.ListAsync(new() { Type = "customer.updated", Limit = 100 }, cancellationToken: _cancel);
        var told = updated.Data.Single(e => ((Customer)e.Data.Object).Id == made.Id);
        ((object)told.Data.PreviousAttributes).ShouldNotBeNull();
    }

    [Fact]
    public async Task pages_run_newest_first_both_ways()
    {
        var email = StripeAt.SomeEmail();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, (await Create(email)).Id);

        var first = await _stripe.V1.Customers.ListAsync(new() { Email = email, Limit = 2 }, cancellationToken: _cancel);
        var second = await _stripe.V1.Customers.ListAsync(new() { Email = email, Limit = 2, StartingAfter = ids[1] }, cancellationToken: _cancel);
        var back = await _stripe.V1.Customers.ListAsync(new() { Email = email, Limit = 2, EndingBefore = ids[3] }, cancellationToken: _cancel);
        var last = await _stripe.V1.Customers.ListAsync(new() { Email = email, Limit = 2, StartingAfter = ids[3] }, cancellationToken: _cancel);

        first.Select(c => c.Id).ShouldBe(ids[..2]);
        first.HasMore.ShouldBeTrue();
        second.Select(c => c.Id).ShouldBe(ids[2..4]);
        back.Select(c => c.Id).ShouldBe(ids[1..3]);
        last.Select(c => c.Id).ShouldBe(ids[4..]);
        last.HasMore.ShouldBeFalse();
        (await StripeAt.Refusal(() => _stripe.V1.Customers.ListAsync(new() { StartingAfter = "cus_none" }))).Param.ShouldBe("starting_after");
        (await StripeAt.Refusal(() => _stripe.V1.Customers.ListAsync(new() { Limit = 101 }))).Param.ShouldBe("limit");
    }

    [Fact]
    public async Task search_finds_by_metadata_and_email()
    {
        var (email, tenant) = (StripeAt.SomeEmail(), $"ten_{Guid.CreateVersion7():N}");
        var made = await Create(email, tenant);
        await Create(StripeAt.SomeEmail(), tenant);

        var found = await _stripe.V1.Customers.SearchAsync(
            new() { Query = $"email:'{email}' AND metadata['tenant_id']:'{tenant}'" }, cancellationToken: _cancel);
        var other = await _stripe.V1.Customers.SearchAsync(
            new() { Query = $"-email:'{email}' AND metadata['tenant_id']:'{tenant}'" }, cancellationToken: _cancel);

        found.Data.ShouldHaveSingleItem().Id.ShouldBe(made.Id);
        other.Data.ShouldHaveSingleItem().Id.ShouldNotBe(made.Id);
        (await StripeAt.Refusal(() => _stripe.V1.Customers.SearchAsync(new() { Query = "shoe:'9'" }))).Param.ShouldBe("query");
    }

    [Theory]
    [InlineData("nick=Ada", "nick", "parameter_unknown")]
    [InlineData("address[planet]=Mars", "address[planet]", "parameter_unknown")]
    [InlineData("preferred_locales[0][x]=1", "preferred_locales[0][x]", "parameter_unknown")]
    [InlineData("balance=much", "balance", "parameter_invalid_integer")]
    [InlineData("email=", "email", "parameter_invalid_empty")]
    [InlineData("email=ada", "email", "email_invalid")]
    public async Task parameters_are_read_strictly(string form, string param, string code)
    {
        var error = await Refused(form, "application/x-www-form-urlencoded", "2026-10-28.endive");

        (error.Param, error.Code, error.Type).ShouldBe((param, code, "invalid_request_error"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "", "Invalid Stripe API version")]
    [InlineData("application/x-www-form-urlencoded", "2024-06-20", "Invalid Stripe API version")]
    [InlineData("application/json", "2026-10-28.endive", "content type")]
    public async Task only_forms_of_the_pinned_version_are_read(string contentType, string version, string complaint) =>
        (await Refused("name=Ada", contentType, version)).Message.ShouldContain(complaint);

    [Fact]
    public async Task a_wrong_key_is_turned_away()
    {
        var refused = await Should.ThrowAsync<StripeException>(() =>
            StripeAt.Client(shared.Sandbox, key: "sk_live_1").V1.Customers.ListAsync(cancellationToken: _cancel));

        refused.HttpStatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.StripeError.Type.ShouldBe("invalid_request_error");
        refused.StripeResponse.RequestId.ShouldStartWith("req_");
    }

    [Fact]
    public async Task what_does_not_exist_is_said_in_stripes_words()
    {
        var missing = await Should.ThrowAsync<StripeException>(() => _stripe.V1.Customers.GetAsync("cus_none", cancellationToken: _cancel));
        var unheardOf = await Should.ThrowAsync<StripeException>(() => _stripe.V1.Coupons.GetAsync("x", cancellationToken: _cancel));

        missing.HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
        missing.StripeError.Message.ShouldBe("No such customer: 'cus_none'");
        unheardOf.StripeError.Message.ShouldStartWith("Unrecognized request URL (GET: /v1/coupons/x)");
    }

    private Task<Customer> Create(string email, string tenant = "ten_0") => _stripe.V1.Customers.CreateAsync(
        new() { Email = email, PreferredLocales = ["de", "en"], Metadata = new() { ["tenant_id"] = tenant } }, cancellationToken: _cancel);

    private async Task<StripeError> Refused(string body, string contentType, string version)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, shared.Sandbox.StripeApiBase + "/v1/customers")
        {
            Content = new StringContent(body, null, contentType),
            Headers = { { "Authorization", "Bearer sk_test_sandbox" }, { "Stripe-Version", version } },
        };

        using var answer = await http.SendAsync(request, _cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        return StripeEntity.FromJson<Wrapped>(await answer.Content.ReadAsStringAsync(_cancel)).Error;
    }

    private sealed class Wrapped : StripeEntity
    {
        [System.Text.Json.Serialization.JsonPropertyName("error")]
        public StripeError Error { get; set; } = null!;
    }
}
