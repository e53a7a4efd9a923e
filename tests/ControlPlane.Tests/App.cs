using Alba;
using ControlPlane.Iam;
using JasperFx.CommandLine;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OutsideWorld;
using Wolverine;

[assembly: AssemblyFixture(typeof(ControlPlane.Tests.App))]

namespace ControlPlane.Tests;

/// <summary>The real host on a database and in an outside world of its own, shared by all tests.</summary>
public sealed class App : IAsyncLifetime
{
    public IAlbaHost Host { get; private set; } = null!;

    public IDocumentStore Store => Host.Services.GetRequiredService<IDocumentStore>();

    public string Connection { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Tokens { get; private set; } = null!;

    public Sandbox Sandbox { get; private set; } = null!;

    /// <summary>What the outside world has seen, and what goes wrong there.</summary>
    public SandboxClient Outside { get; private set; } = null!;

    public Leaks Leaks { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Connection = await Databases.CreateAsync();
        Sandbox = await Sandbox.StartAsync();
        Outside = new(Sandbox.BaseUrl);
        Host = await StartAsync(Connection, services => services.AddLogging(logging =>
        {
            // All that the service may log, for no category that it has silenced itself can be made to speak.
            logging.AddProvider(Leaks).AddFilter<Leaks>(null, LogLevel.Debug);
            foreach (var category in ControlPlane.Hosting.Telemetry.LogsOfPaths)
            {
                logging.AddFilter<Leaks>(category, LogLevel.Warning);
            }
        }));
        await ListPricesAsync();
        Tokens = await BootstrapCommand.RunAsync(Host.Services, new Dictionary<string, string>(), CancellationToken.None);
    }

    // What the catalog sells, Stripe knows.
    private async Task ListPricesAsync()
    {
        foreach (var offer in Host.Services.GetRequiredService<ControlPlane.Catalog.CatalogStore>().All<ControlPlane.Catalog.OfferCatalog>().SelectMany(list => list.Spec.Offers))
        {
            foreach (var price in offer.Prices)
            {
                await Outside.AddStripePriceAsync(new(price.PriceId, price.Currency, price.Amount, ControlPlane.Storage.Words.Of(offer.BillingPeriod)));
            }
        }
    }

    /// <summary>One more node on the database, in the same outside world.</summary>
    public Task<IAlbaHost> StartAsync(string connection, Action<IServiceCollection> services)
    {
        JasperFxEnvironment.AutoStartHost = true;
        return AlbaHost.For<Program>(web =>
        {
            web.UseSetting("ConnectionStrings:Postgres", connection);
            web.UseSetting("Sealing:KeyFile", Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(connection).Database}.json"));
            web.UseSetting("Logging:LogLevel:Default", "Error");
            web.UseSetting("RateLimits:PerAddress", "100000");
            web.UseSetting("Stripe:ApiKey", "sk_test_sandbox");
            web.UseSetting("Stripe:ApiBase", Sandbox.StripeApiBase);
            web.UseSetting("Stripe:WebhookSecrets:0", "whsec_new");
            web.UseSetting("Stripe:WebhookSecrets:1", "whsec_sandbox");
            web.UseSetting("Postmark:ServerToken", "5a4db0c5-0000-4000-8000-000000000001");
            web.UseSetting("Postmark:BaseUrl", Sandbox.PostmarkBaseUrl);
            web.UseSetting("Postmark:Webhook", "postmark:for tests");
            web.UseSetting("Invitations:TriesAnHour", "100000");
            web.UseSetting("Postmark:From", "hello@controlplane.example");
            web.ConfigureServices(configured =>
            {
                configured.RunWolverineInSoloMode();
                services(configured);
            });
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Outside.Dispose();
        await Sandbox.DisposeAsync();
    }
}
