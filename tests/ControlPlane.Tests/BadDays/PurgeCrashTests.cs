using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ControlPlane.Tests.Bus;
using Npgsql;

namespace ControlPlane.Tests.BadDays;

/// <summary>The service is killed in the middle of each step that there is of an erasure, each of another tenant.</summary>
[Trait("Kind", "Fault")]
public sealed class PurgeCrashTests
{
    private const string Certificate = "certificate";

    // Holds a commit up just before its end, wherever the row of the table says so.
    private const string Block =
        """
        create table public.held (tenant_id varchar, step varchar);
        create function public.hold() returns trigger language plpgsql as $$
        begin
          if exists (select from public.held where tenant_id = new.tenant_id
            and ((new.type = 'tenant.purge_step_ended' and step = new.data ->> 'step') or (new.type = 'tenant.purged' and step = 'certificate'))) then
            perform pg_advisory_xact_lock(hashtextextended(new.tenant_id, 77));
          end if;
          return new;
        end $$;
        create trigger hold before insert on controlplane.mt_events for each row execute function public.hold();
        """;

    [Fact]
    public async Task an_erasure_that_is_killed_in_any_step_goes_on_with_it()
    {
        await using var world = await World.CreateAsync(hasBroker: false);
        var service = await world.StartAsync("api");
        await RunAsync(world, Block);
        await using var holder = await world.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await SignUpAsync(world, service);
        var leaving = new Dictionary<string, (string Tenant, string Certificate)>();
        var steps = (await StepsAsync(world, service)).ToArray();
        foreach (var step in steps.Append(Certificate))
        {
            var (tenant, token) = await SignUpAsync(world, service);
            await RunAsync(world, $"insert into public.held values ('{tenant}', '{step}')");
            await using (var hold = new NpgsqlCommand($"select pg_advisory_lock(hashtextextended('{tenant}', 77))", holder))
            {
                await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            var asked = await DeleteAsync(service, tenant, token, graceDays: 0);
            leaving[step] = (tenant, new Uri((string)asked["certificateUrl"]!).AbsolutePath);
        }

        await Until.TrueAsync(async () => await world.CountAsync("select count(*) from pg_locks where locktype = 'advisory' and not granted") >= leaving.Count);
        await service.KillAsync();
        await RunAsync(world, "delete from public.held");
        await holder.CloseAsync();
        await service.RestartAsync();

        foreach (var (step, (tenant, certificate)) in leaving)
        {
            await Until.TrueAsync(async () => await service.GetAsync(certificate) == HttpStatusCode.OK);
            var told = JsonNode.Parse(await service.Client.GetStringAsync(new Uri(certificate, UriKind.Relative), TestContext.Current.CancellationToken))!["certificate"]!;
            told["steps"]!.AsArray().Select(one => (string)one!["name"]!).ShouldBe(steps, step);
            told["steps"]!.AsArray().Select(one => (string)one!["state"]!).ShouldBeSubsetOf(["confirmed", "retained"], step);
            (await world.HistoriesAsync(tenant))[tenant].ShouldBe(
                $"tenant.created tenant.deletion_requested tenant.purge_started {string.Join(' ', steps.Select(_ => "tenant.purge_step_ended"))} tenant.purged", step);
        }

        await world.SettledAsync();
        // The one that only asked has its own keys and those of its departure, the one that stays its own.
        (await world.CountAsync("select count(*) from controlplane.tenant_keys where state <> 'destroyed' and tenant_id <> 'platform'")).ShouldBe(3);
        var deleted = (await world.Outside.LogAsync("stripe", cancel: TestContext.Current.CancellationToken)).Where(call => call is { Method: "DELETE", Status: 200 }).Select(call => call.Path);
        deleted.Distinct().Count().ShouldBe(leaving.Count);
        await service.KillAsync();
        await world.ShouldBeTheSameFromScratchAsync();
    }

    // Of a tenant that only asked.
    private static async Task<IEnumerable<string>> StepsAsync(World world, ServiceProcess service)
    {
        var (tenant, token) = await SignUpAsync(world, service);
        await DeleteAsync(service, tenant, token, graceDays: 30);
        using var request = Request(HttpMethod.Get, $"/v1/tenants/{tenant}", token);
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["deletion"]!["steps"]!.AsArray().Select(step => (string)step!["name"]!);
    }

    private static async Task<(string Tenant, string Token)> SignUpAsync(World world, ServiceProcess service)
    {
        var ledger = new Ledger();
        var customer = new Customer(world, service.Client, ledger);
        await customer.SignUpAsync();
        await customer.LeadAsync(isTried: true);
        var tenant = ledger.Tenants.Single().Tenant;
        await Until.TrueAsync(async () => await world.CountAsync($"select count(*) from controlplane.mt_events where tenant_id = '{tenant}' and type = 'billing_account.checkout_opened'") == 1);
        return (tenant, customer.Token);
    }

    private static async Task<JsonNode> DeleteAsync(ServiceProcess service, string tenant, string token, int graceDays)
    {
        using var request = Request(HttpMethod.Delete, $"/v1/tenants/{tenant}", token);
        request.Content = JsonContent.Create(new { reason = "customer", confirm = tenant, graceDays });
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(202, text);
        return JsonNode.Parse(text)!;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string token) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static async Task RunAsync(World world, string sql)
    {
        await using var command = world.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
