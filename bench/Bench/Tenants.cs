using ControlPlane.AgentInstances;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.Bus;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx.Resources;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bench;

/// <summary>One customer with a token that may do everything, and some instances.</summary>
public sealed record Customer(string Tenant, string Principal, string Token, IReadOnlyList<string> Instances);

/// <summary>Customers put into the real store by the real events, so that nothing of what is measured is a stand-in.</summary>
public sealed record Tenants(IReadOnlyList<Customer> All, Customer Large)
{
    private const string Blueprint = "telegram-assistant@2";
    private const int InstancesEach = 20;
    private const int StreamsAtOnce = 200;
    private const string Config = """{"language":"en","model":{"provider":"openai","name":"gpt-5-mini","temperature":0.7},"runtime":{"memoryMb":512,"idleMinutes":30}}""";

    public static async Task<Tenants> SeedAsync(Place place, int count, int longList)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration["ConnectionStrings:Postgres"] = place.Connection("ours");
        builder.Configuration["ConnectionStrings:RabbitMq"] = place.RabbitMq;
        builder.Configuration["Sealing:KeyFile"] = place.KeyFile;
        builder.Configuration["Catalog:Path"] = place.Catalog;
        builder.Configuration["Logging:LogLevel:Default"] = "Error";
        builder.AddCatalog();
        builder.AddDatabase();
        builder.AddBus(HostRole.Api);
        builder.AddStore();
        builder.AddMessaging();
        builder.AddApi();
        await using var host = builder.Build();
        await host.SetupResources();
        // Makes the signing key, which a production host does not.
        host.Services.GetRequiredService<Signer>();
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var digest = host.Services.GetRequiredService<CatalogStore>().Get<AgentBlueprint>(Blueprint).Digest;
        var all = new List<Customer>();
        for (var i = 0; i < count; i++)
        {
            all.Add(await JoinAsync(store, digest, longList > 0 ? InstancesEach : 0));
        }

        return new(all, await JoinAsync(store, digest, longList));
    }

    private static async Task<Customer> JoinAsync(IDocumentStore store, string digest, int instances)
    {
        var (tenant, principal) = (Ids.New("ten"), Ids.New("prn"));
        var minted = Minted.For(tenant, principal, new Personal("bench"), [], TimeProvider.System.GetUtcNow().AddDays(1), principal);
        await using (var session = store.LightweightSession(tenant))
        {
            session.Events.StartStream<Tenant>(tenant, new TenantCreated(new Personal("Bench"), "FR", "en", "2026-06", "2026-06", false, principal));
            session.Events.StartStream<Principal>(
                principal,
                new PrincipalCreated(PrincipalType.User, new Personal($"{principal}@example.org"), new Personal("Bench"), null, principal),
                new RoleGranted(Ids.New("ras"), Roles.Owner, $"/tenants/{tenant}", null, GrantedVia.Signup, principal),
                minted.Event);
            session.Store(minted.LookUp);
            await session.SaveChangesAsync();
        }

        var ids = new List<string>();
        foreach (var some in Enumerable.Range(0, instances).Chunk(StreamsAtOnce))
        {
            await using var session = store.LightweightSession(tenant);
            foreach (var i in some)
            {
                ids.Add(Ids.New("ain"));
                session.Events.StartStream<AgentInstance>(ids[^1], new InstanceDrafted(
                    Blueprint, digest, "solo@2", "eu-central", new Personal($"seed {i}"), $"seed {i}", new Personal(Config), new Personal("{}"), principal));
            }

            await session.SaveChangesAsync();
        }

        return new(tenant, principal, minted.Secret, ids);
    }
}
