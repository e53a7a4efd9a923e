using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Billing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using OutsideWorld.Traffic;
using Stripe;
using Wolverine.Persistence.Durability;

namespace ControlPlane.Tests.Billing;

/// <summary>A tenant that Stripe knows; what Stripe has to tell of it is told when a test says so.</summary>
public abstract class PaymentTest(App app) : InstanceTest(app)
{
    private readonly HashSet<string> _told = [];

    protected string Customer { get; private set; } = "";

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Leaves a good card, as at the signup.</summary>
    protected async Task PayerAsync(bool hasCard = true)
    {
        Customer = await CustomerAsync();
        if (hasCard)
        {
            await App.Outside.CompleteCheckoutAsync((await Account()).CheckoutSessionId!, Cancel);
            await TellAsync();
            await Until.TrueAsync(async () => (await Account()).PaymentMethodId is not null);
        }
    }

    protected Task<Reply> Convert(string id, object? command = null, string? token = "owner") => Post($"{All}/{id}/convert", command ?? new { }, token);

    protected async Task<string> Paid(string name = "Scout")
    {
        var id = await Draft(name);
        (await Convert(id)).ShouldHave(202);
        await StateBecomes(id, "active");
        return id;
    }

    /// <summary>What Stripe has made of the tenant and has not told yet, in an order of one's own.</summary>
    protected async Task TellAsync(Func<IEnumerable<JsonObject>, IEnumerable<JsonObject>>? order = null)
    {
        var fresh = (await App.Outside.StripeEventsAsync(Customer, Cancel)).Where(told => _told.Add((string)told["id"]!));
        foreach (var told in order is null ? fresh : order(fresh))
        {
            (await PushAsync(told)).Status.ShouldBe(200);
        }
    }

    protected async Task<Reply> PushAsync(JsonObject told)
    {
        var body = told.ToJsonString();
        using var client = App.Host.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/billing/stripe-webhook") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", EventUtility.GenerateSignatureHeader(body, "whsec_sandbox"));
        using var response = await client.SendAsync(request, Cancel);
        return new((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel)), new Dictionary<string, string>());
    }

    /// <summary>What Stripe was asked to do for the tenant.</summary>
    protected async Task<IReadOnlyList<Exchange>> Asked(string method, string path) =>
        [.. (await App.Outside.LogAsync("stripe", Customer, cancel: Cancel)).Where(call => call.Method == method && call.Path.Contains(path, StringComparison.Ordinal))];

    /// <summary>What waits to be tried again is tried now.</summary>
    protected async Task HurryAsync<T>()
    {
        var messages = App.Host.Services.GetRequiredService<IMessageStore>().ScheduledMessages;
        foreach (var due in (await messages.QueryAsync(new() { MessageType = typeof(T).FullName, PageSize = 10_000 }, Cancel)).Messages.Where(message => message.TenantId == Tenant))
        {
            await messages.RescheduleAsync(due.Id, TimeProvider.System.GetUtcNow(), Cancel);
        }
    }

    protected StripeClient Stripe => new(new StripeClientOptions
    {
        ApiKey = "sk_test_sandbox",
        ApiBase = App.Sandbox.StripeApiBase,
        HttpClient = new SystemNetHttpClient(new HttpClient(), maxNetworkRetries: 0, enableTelemetry: false),
    });

    protected async Task<Subscription> SubscriptionAsync() =>
        (await Stripe.V1.Subscriptions.ListAsync(new() { Customer = Customer, Status = "all" }, null, Cancel)).ShouldHaveSingleItem();
}
