using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OutsideWorld.Faults;

namespace OutsideWorld.Tests;

public sealed class PostmarkTests : IDisposable
{
    private readonly SharedSandbox _shared;
    private readonly HttpClient _http;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _email = StripeAt.SomeEmail();

    public PostmarkTests(SharedSandbox shared)
    {
        _shared = shared;
        _http = new HttpClient { BaseAddress = new(shared.Sandbox.PostmarkBaseUrl + "/") };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        _http.DefaultRequestHeaders.Add("X-Postmark-Server-Token", "6f0d7b1e-0000-4000-8000-000000000001");
    }

    public static TheoryData<int, Action<JsonObject>> Refusals => new()
    {
        { 300, mail => mail.Remove("To") },
        { 300, mail => mail.Remove("From") },
        { 300, mail => mail["To"] = "not an address" },
        { 300, mail => mail["To"] = string.Join(',', Enumerable.Range(1, 51).Select(i => $"a{i}@example.eu")) },
        { 300, mail => mail.Remove("TextBody") },
        { 300, mail => mail["Metadata"] = new JsonObject { ["a"] = "1", ["A"] = "2" } },
        { 403, mail => mail["Subject"] = 7 },
        { 1235, mail => mail["MessageStream"] = "nowhere" },
    };

    [Fact]
    public async Task a_message_is_accepted_and_found_by_its_metadata()
    {
        var outboxId = Guid.CreateVersion7().ToString("N");
        var mail = Mail();
        mail["Metadata"] = new JsonObject { ["outbox_id"] = outboxId };

        var (status, answer) = await Send(mail);

        status.ShouldBe(HttpStatusCode.OK);
        ((int)answer["ErrorCode"]!, (string?)answer["Message"], (string?)answer["To"]).ShouldBe((0, "OK", _email));
        Guid.TryParse((string?)answer["MessageID"], out _).ShouldBeTrue();
        var found = await _http.GetFromJsonAsync<JsonObject>($"messages/outbound?count=1&offset=0&metadata_outbox_id={outboxId}", _cancel);
        ((int)found!["TotalCount"]!, (string?)found["Messages"]![0]!["MessageID"]).ShouldBe((1, (string?)answer["MessageID"]));
        var none = await _http.GetFromJsonAsync<JsonObject>("messages/outbound?count=1&offset=0&metadata_outbox_id=other", _cancel);
        ((int)none!["TotalCount"]!).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task what_postmark_refuses_is_refused(int code, Action<JsonObject> spoil)
    {
        var mail = Mail();
        spoil(mail);

        var (status, answer) = await Send(mail);

        (status, (int)answer["ErrorCode"]!).ShouldBe((HttpStatusCode.UnprocessableEntity, code));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task a_wrong_token_is_turned_away(string? token)
    {
        _http.DefaultRequestHeaders.Remove("X-Postmark-Server-Token");
        if (token is not null)
            _http.DefaultRequestHeaders.Add("X-Postmark-Server-Token", token);

        var (status, answer) = await Send(Mail());

        (status, (int)answer["ErrorCode"]!).ShouldBe((HttpStatusCode.Unauthorized, 10));
    }

    [Fact]
    public async Task the_test_token_checks_without_sending()
    {
        _http.DefaultRequestHeaders.Remove("X-Postmark-Server-Token");
        _http.DefaultRequestHeaders.Add("X-Postmark-Server-Token", "POSTMARK_API_TEST");

        var (_, answer) = await Send(Mail());

        ((string?)answer["Message"]).ShouldBe("Test job accepted");
        (await Found()).ShouldBe(0);
    }

    [Fact]
    public async Task json_is_required_both_ways()
    {
        using var form = new StringContent("From=a", null, "application/x-www-form-urlencoded");
        using var broken = new StringContent("{\"From\":", null, "application/json");

        (await Code(await _http.PostAsync("email", form, _cancel))).ShouldBe(409);
        (await Code(await _http.PostAsync("email", broken, _cancel))).ShouldBe(402);
        _http.DefaultRequestHeaders.Accept.Clear();
        (await Code(await _http.PostAsJsonAsync("email", Mail(), _cancel))).ShouldBe(409);
    }

    [Fact]
    public async Task an_inactive_recipient_is_refused_alone_and_skipped_in_company()
    {
        await _shared.Control.DeactivateAsync(_email, _cancel);
        var mail = Mail();

        var (status, alone) = await Send(mail);
        mail["Cc"] = StripeAt.SomeEmail();
        var (_, inCompany) = await Send(mail);

        (status, (int)alone["ErrorCode"]!).ShouldBe((HttpStatusCode.UnprocessableEntity, 406));
        ((string)alone["Message"]!).ShouldContain(_email);
        ((int)inCompany["ErrorCode"]!).ShouldBe(0);
        ((string?)inCompany["Message"]).ShouldStartWith("Message OK, but will not deliver to these inactive addresses");
    }

    [Fact]
    public async Task a_batch_is_answered_one_by_one()
    {
        var bad = Mail();
        bad.Remove("To");

        using var answer = await _http.PostAsJsonAsync("email/batch", new JsonArray(Mail(), bad), _cancel);
        using var tooMany = await _http.PostAsJsonAsync("email/batch", new JsonArray([.. Enumerable.Range(0, 501).Select(_ => Mail())]), _cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<JsonArray>(_cancel))!.Select(one => (int)one!["ErrorCode"]!).ShouldBe([0, 300]);
        (await Code(tooMany)).ShouldBe(410);
    }

    [Fact]
    public async Task a_lost_answer_can_be_looked_up_before_sending_again()
    {
        await _shared.Control.AddFaultAsync("postmark",
            new() { Match = new(Path: "/email", Contains: _email), Kind = FaultKind.Timeout, When = FaultMoment.After }, _cancel);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        impatient.CancelAfter(300);

        await Should.ThrowAsync<OperationCanceledException>(() => _http.PostAsJsonAsync("email", Mail(), impatient.Token));

        (await Found()).ShouldBe(1);
    }

    [Fact]
    public async Task delivery_bounce_and_complaint_are_told_with_the_urls_credentials()
    {
        await using var receiver = await Receiver.StartAsync();
        var url = new UriBuilder(receiver.Url) { UserName = "postmark", Password = "secret" }.Uri;
        await _shared.Control.AddWebhookAsync("postmark", new() { Url = url, Contains = _email }, _cancel);

        var (_, answer) = await Send(Mail());
        await receiver.Until(1);
        await _shared.Control.BounceAsync((string)answer["MessageID"]!, cancel: _cancel);
        await receiver.Until(2);
        await _shared.Control.BounceAsync((string)answer["MessageID"]!, "SpamComplaint", _cancel);

        var told = (await receiver.Until(3)).Select(arrival => JsonNode.Parse(arrival.Body)!).ToList();
        told.Select(record => (string?)record["RecordType"]).ShouldBe(["Delivery", "Bounce", "SpamComplaint"]);
        told.ShouldAllBe(record => (string?)record["MessageID"] == (string?)answer["MessageID"]);
        ((int)told[1]["TypeCode"]!, (bool)told[1]["Inactive"]!).ShouldBe((1, true));
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("postmark:secret"));
        (await receiver.Until(3)).ShouldAllBe(arrival => arrival.Headers.Authorization == basic);
        (await Send(Mail())).Answer["ErrorCode"]!.GetValue<int>().ShouldBe(406);
    }

    public void Dispose() => _http.Dispose();

    private JsonObject Mail() => new()
    {
        ["From"] = "Operator <hello@portal.example>",
        ["To"] = _email,
        ["Subject"] = "Welcome",
        ["TextBody"] = "Hello",
        ["MessageStream"] = "outbound",
    };

    private async Task<(HttpStatusCode Status, JsonObject Answer)> Send(JsonObject mail)
    {
        using var answer = await _http.PostAsJsonAsync("email", mail, _cancel);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>(_cancel))!);
    }

    private async Task<int> Code(HttpResponseMessage answer) => (int)(await answer.Content.ReadFromJsonAsync<JsonObject>(_cancel))!["ErrorCode"]!;

    private async Task<int> Found() =>
        (int)(await _http.GetFromJsonAsync<JsonObject>($"messages/outbound?count=10&offset=0&recipient={_email}", _cancel))!["TotalCount"]!;
}
