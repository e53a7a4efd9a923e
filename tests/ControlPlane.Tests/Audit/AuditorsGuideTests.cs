using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Tests.BadDays;
using ControlPlane.Tests.Bus;
using Npgsql;

namespace ControlPlane.Tests.Audit;

/// <summary>Does what <c>docs/auditors.md</c> tells auditors to do, word for word.</summary>
public sealed partial class AuditorsGuideTests
{
    [Fact]
    public async Task the_worked_example_works()
    {
        await using var world = await World.CreateAsync(hasBroker: false);
        var service = await world.StartAsync("api", settings: ("Audit:SealAfter", "00:00:01"));
        var ledger = new Ledger();
        var customer = new Customer(world, service.Client, ledger);
        await customer.SignUpAsync();
        await customer.LeadAsync(isTried: true);
        var (instance, tenant) = (ledger.Instances.Keys.Single(), ledger.Tenants.Single().Tenant);
        await Until.TrueAsync(async () => await world.CountAsync(
            $"""
            select count(*) from controlplane.seal_tenants sealed join controlplane.mt_events e on e.seq_id between sealed.first_sequence and sealed.last_sequence
            join controlplane.trail entry on entry.sequence = e.seq_id
            where sealed.tenant_id = '{tenant}' and e.stream_id = '{instance}' and e.type = 'agent_instance.suspended'
            """) == 1);
        var place = Directory.CreateTempSubdirectory().FullName;

        var (code, output) = await RunAsync(place, world.Connection, new()
        {
            ["URL"] = service.Client.BaseAddress!.ToString().TrimEnd('/'),
            ["TOKEN"] = customer.Token,
            ["TENANT"] = tenant,
            ["INSTANCE"] = instance,
        });

        code.ShouldBe(0, output);
        output.ShouldContain("Sound: every event is as it was sealed, and none is left out");
        var entry = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(place, "entry.json"), TestContext.Current.CancellationToken))!["items"]![0]!;
        output.ShouldContain($"altered: event {entry["id"]} (sequence {entry["sequence"]}, version {entry["version"]} of {instance}");
        (await File.ReadAllTextAsync(Path.Combine(place, "event.json"), TestContext.Current.CancellationToken)).ShouldContain(instance);
    }

    private static async Task<(int Code, string Output)> RunAsync(string place, string connection, Dictionary<string, string> variables)
    {
        var example = Example().Match(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/auditors.md"), TestContext.Current.CancellationToken)).Groups[1].Value;
        var program = typeof(Program).Assembly.Location;
        var script = $"set -euo pipefail\ncontrolplane() {{ dotnet '{program}' \"$@\" 2>&1; }}\n{example}";
        var start = new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = place, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_CONTENTROOT"] = start.Environment["DOTNET_CONTENTROOT"] = Path.GetDirectoryName(program);
        start.Environment["ConnectionStrings__Postgres"] = connection;
        start.Environment["Sealing__KeyFile"] = Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(connection).Database}.json");
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(await output));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
