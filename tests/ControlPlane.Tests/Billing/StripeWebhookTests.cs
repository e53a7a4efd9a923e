using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;
using Marten;
using Stripe;

namespace ControlPlane.Tests.Billing;

public sealed class StripeWebhookTests(App app) : AppTest(app)
{
    private const string Path = "/v1/billing/stripe-webhook";

    private string EventId { get; } = $"evt_1{Ids.New("x")[2..]}";

    [Fact]
    public async Task an_event_is_taken_once_for_ever_and_its_body_is_sealed()
    {
        var canary = Ids.New("cus");
        App.Leaks.Watch(canary);
        var body = Event(customer: null, extra: canary);

        (await Push(body)).ShouldHave(200).Body!["duplicate"]!.GetValue<bool>().ShouldBeFalse();
        (await Push(body)).ShouldHave(200).Body!["duplicate"]!.GetValue<bool>().ShouldBeTrue();

        (await Stored()).ShouldHaveSingleItem().Body.Value.ShouldBe(body);
        (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
        App.Leaks.LinesWith(canary).ShouldBeEmpty();
    }

    [Fact]
    public async Task after_thirty_days_the_body_can_be_read_no_longer()
    {
        (await Push(Event())).ShouldHave(200);

        await Pull();

        await Bus.Until.TrueAsync(async () => (await Stored())[0].Body.Value == Personal.Erased);
        (await Push(Event())).ShouldHave(200).Body!["duplicate"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task of_the_same_event_at_once_one_is_kept()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Push(Event())));

        replies.ShouldAllBe(reply => reply.Status == 200 || reply.Status == 409);
        replies.Count(reply => reply.Status == 200 && !reply.Body!["duplicate"]!.GetValue<bool>()).ShouldBe(1);
        (await Stored()).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("whsec_new", true)]
    [InlineData("whsec_sandbox", true)]
    [InlineData("whsec_old", false)]
    public async Task any_active_secret_will_do(string secret, bool isTaken) => (await Push(Event(), secret)).Status.ShouldBe(isTaken ? 200 : 400);

    [Theory]
    [InlineData(-299, true)]
    [InlineData(-310, false)]
    [InlineData(310, false)]
    public async Task what_was_signed_long_ago_or_in_the_future_is_refused(int seconds, bool isTaken) =>
        (await Push(Event(), at: TimeProvider.System.GetUtcNow().AddSeconds(seconds))).Status.ShouldBe(isTaken ? 200 : 400);

    [Theory]
    [InlineData(null, "signature_missing")]
    [InlineData("", "signature_missing")]
    [InlineData("t=1", "signature_invalid")]
    [InlineData("t=,v1=", "signature_invalid")]
    [InlineData("v1=abc", "signature_invalid")]
    [InlineData("t=99999999999999999999,v1=00", "signature_invalid")]
    [InlineData("nonsense", "signature_invalid")]
    [InlineData("=,=,,", "signature_invalid")]
    public async Task a_header_that_is_none_is_refused(string? header, string code) => (await PushSigned(Event(), header)).ShouldRefuse(400, code);

    [Theory]
    [InlineData("not json", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("[]", "unexpected_shape")]
    [InlineData("null", "unexpected_shape")]
    [InlineData("{}", "unexpected_shape")]
    [InlineData("""{"id":"evt_1","type":"invoice.paid"}""", "unexpected_shape")]
    [InlineData("""{"id":"evt_1","type":"invoice.paid","created":"now"}""", "unexpected_shape")]
    [InlineData("""{"id":"evt_1","type":"invoice.paid","created":1e300}""", "unexpected_shape")]
    [InlineData("""{"id":"evt_\ud800","type":"invoice.paid","created":1}""", "unexpected_shape")]
    [InlineData("""{"id":"evt_1","type":"invoice\u0000paid","created":1}""", "unexpected_shape")]
    [InlineData("""{"id":"in_1","type":"invoice.paid","created":1,"livemode":false}""", "unexpected_shape")]
    [InlineData("""{"id":"evt_1","type":"invoice.paid","created":1,"livemode":true}""", "livemode_mismatch")]
    public async Task what_is_signed_and_no_event_of_ours_is_refused(string body, string code) => (await Push(body)).ShouldRefuse(400, code);

    [Fact]
    public async Task the_raw_bytes_are_signed_and_not_what_they_mean()
    {
        var body = Event();
        var header = EventUtility.GenerateSignatureHeader(body, "whsec_sandbox");

        (await PushSigned(JsonNode.Parse(body)!.ToJsonString() + " ", header)).ShouldRefuse(400, "signature_invalid");
        (await PushSigned(body, header)).ShouldHave(200);
    }

    [Fact]
    public async Task a_body_that_is_too_large_is_refused() => (await Push(Event(extra: new string('x', 300_000)))).ShouldRefuse(413, "body_too_large");

    [Theory]
    [InlineData("2026-10-28.endive", false)]
    [InlineData("2026-09-30.endive", false)]
    [InlineData("2026-09-30.dahlia", true)]
    [InlineData("2020-08-27", true)]
    [InlineData(null, true)]
    public async Task an_event_in_another_version_is_kept_for_people(string? version, bool isParked)
    {
        (await Push(Event(version: version))).ShouldHave(200);

        (await Stored()).ShouldHaveSingleItem().IsParked.ShouldBe(isParked);
    }

    [Fact]
    public async Task what_nobody_here_knows_is_kept_too()
    {
        (await Push(Event(type: "unicorn.hatched", customer: "cus_nobody"))).ShouldHave(200);

        (await Stored()).ShouldHaveSingleItem().TypeCode.ShouldBe("unicorn.hatched");
    }

    private string Event(string type = "customer.subscription.updated", string? version = "2026-10-28.endive", string? customer = null, string extra = "") => new JsonObject
    {
        ["id"] = EventId, ["object"] = "event", ["api_version"] = version, ["created"] = 1_780_000_000, ["livemode"] = false, ["type"] = type,
        ["data"] = new JsonObject { ["object"] = new JsonObject { ["id"] = "sub_1", ["object"] = "subscription", ["customer"] = customer, ["description"] = extra } },
    }.ToJsonString();

    private Task<Reply> Push(string body, string secret = "whsec_sandbox", DateTimeOffset? at = null) =>
        PushSigned(body, EventUtility.GenerateSignatureHeader(body, secret, (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds()));

    private async Task<Reply> PushSigned(string body, string? header)
    {
        using var client = App.Host.Server.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = content };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Stripe-Signature", header);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new((int)response.StatusCode, JsonNode.Parse(text), response.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value)));
    }

    private async Task<ControlPlane.Billing.StripeEventReceived[]> Stored()
    {
        await using var session = App.Store.QuerySession(ControlPlane.Tenants.Tenant.Platform);
        return [.. (await session.Events.FetchStreamAsync(EventId, token: TestContext.Current.CancellationToken)).Select(stored => stored.Data).OfType<ControlPlane.Billing.StripeEventReceived>()];
    }

    private async Task Pull()
    {
        var messages = (Wolverine.Persistence.Durability.IMessageStore)App.Host.Services.GetService(typeof(Wolverine.Persistence.Durability.IMessageStore))!;
        foreach (var due in (await messages.ScheduledMessages.QueryAsync(
            new() { MessageType = typeof(ControlPlane.Billing.ForgetStripeEvent).FullName, PageSize = 10_000 }, TestContext.Current.CancellationToken)).Messages)
        {
            await messages.ScheduledMessages.RescheduleAsync(due.Id, TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken);
        }
    }
}
