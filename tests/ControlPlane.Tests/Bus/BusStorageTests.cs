using ControlPlane.Tests.Hosting;
using Npgsql;

namespace ControlPlane.Tests.Bus;

public sealed class BusStorageTests
{
    [Fact]
    public async Task the_step_that_makes_the_tables_makes_those_of_the_bus_which_runs_elsewhere_and_needs_no_broker_for_it()
    {
        var connection = await Databases.CreateAsync();
        await using var api = await ServiceProcess.StartAsync("api", connection, "amqp://guest:guest@127.0.0.1:1");

        await using var database = NpgsqlDataSource.Create(connection);
        await using var count = database.CreateCommand("select count(*) from pg_tables where schemaname = 'wolverine_bus' and tablename in ('wolverine_nodes', 'wolverine_incoming_envelopes')");
        (await count.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(2L);
    }
}
