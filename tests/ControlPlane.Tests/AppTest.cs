using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Billing;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using ControlPlane.Tests.Bus;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;

namespace ControlPlane.Tests;

/// <summary>Calls the service as the owner of a tenant of its own, or with the token given; so no test has to clean up after another.</summary>
public abstract class AppTest(App app) : IAsyncLifetime
{
    protected App App => app;

    protected string Tenant { get; } = Ids.New("ten");

    protected string Me { get; } = Ids.New("prn");

    protected string Owner { get; private set; } = null!;

    protected string Platform => app.Tokens["CONTROLPLANE_PLATFORM_TOKEN"];

    protected string Runtime => app.Tokens["CONTROLPLANE_RUNTIME_TOKEN"];

    public async ValueTask InitializeAsync()
    {
        await using (var session = app.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(Tenant))
        {
            session.Events.StartStream<Tenant>(Tenant, new TenantCreated(new Personal("Ann's"), "FR", "en", "2026-06", "2026-06", false, Me));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Owner = await Join(Roles.Owner, $"/tenants/{Tenant}", Me);
    }

    /// <summary>One more principal of the tenant, or of another, with a role; gives its token.</summary>
    protected async Task<string> Join(string role, string scope, string? principal = null, string? home = null, string? email = null)
    {
        principal ??= Ids.New("prn");
        home ??= Tenant;
        var minted = Minted.For(home, principal, new Personal("first"), [], TimeProvider.System.GetUtcNow().AddDays(1), principal);
        await using var session = app.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(home);
        session.Events.StartStream<Principal>(
            principal,
            new PrincipalCreated(PrincipalType.User, new Personal(email ?? $"{principal}@example.org"), new Personal("Ann"), null, principal),
            new RoleGranted(Ids.New("ras"), role, scope, null, GrantedVia.Signup, principal),
            minted.Event);
        session.Store(minted.LookUp);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return minted.Secret;
    }

    /// <summary>Makes the tenant one that somebody pays for, as a signup does; gives Stripe's customer.</summary>
    protected async Task<string> CustomerAsync()
    {
        await using (var session = app.Store.LightweightSession(Tenant))
        {
            session.Events.StartStream<BillingAccount>(BillingAccount.IdOf(Tenant), new BillingAccountOpened(Me, "retail@2#solo-monthly", "EUR"));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await PublishAsync(new CreateStripeCustomer(BillingAccount.IdOf(Tenant)));
        return (await Until.FoundAsync(async () => await Account() is { CheckoutSessionId: not null } known ? known.CustomerId : null))!;
    }

    /// <summary>Leaves a card on the page of the signup.</summary>
    protected async Task CardAsync()
    {
        var session = (await Account()).CheckoutSessionId!;
        await app.Outside.CompleteCheckoutAsync(session, TestContext.Current.CancellationToken);
        await PublishAsync(new SyncCheckout(BillingAccount.IdOf(Tenant), session));
        await Until.TrueAsync(async () => (await Account()).PaymentMethodId is not null);
    }

    protected async Task<BillingAccount> Account()
    {
        await using var session = app.Store.QuerySession(Tenant);
        return (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(Tenant), TestContext.Current.CancellationToken))!;
    }

    private async Task PublishAsync(object message)
    {
        using var scope = app.Host.Services.CreateScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        bus.TenantId = Tenant;
        await bus.PublishAsync(message);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected async Task<Reply> Send(
        HttpMethod method, string url, string? body = null, string? token = "owner", params (string Name, string Value)[] headers)
    {
        using var client = app.Host.Server.CreateClient();
        using var request = new HttpRequestMessage(method, url);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token == "owner" ? Owner : token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value));
        return new((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), all);
    }

    protected Task<Reply> Get(string url, string? token = "owner", params (string, string)[] headers) => Send(HttpMethod.Get, url, null, token, headers);

    protected Task<Reply> Post(string url, object body, string? token = "owner", params (string, string)[] headers) =>
        Send(HttpMethod.Post, url, body as string ?? JsonSerializer.Serialize(body), token, headers);
}

/// <summary>What came back.</summary>
public sealed record Reply(int Status, JsonNode? Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Text(string field) => (string?)Body?[field];

    public string[] Faults => [.. Body!["errors"]!.AsArray().Select(fault => $"{fault!["pointer"]} {fault["code"]}").Order(StringComparer.Ordinal)];
}
