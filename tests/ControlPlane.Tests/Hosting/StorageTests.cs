using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Hosting;

public class StorageTests(App app) : AppTest(app)
{
    [Fact]
    public async Task the_schema_as_it_was_made_is_the_one_that_a_production_host_asks_for() =>
        await App.Host.Services.GetRequiredService<IDocumentStore>().Storage.Database
            .AssertDatabaseMatchesConfigurationAsync(TestContext.Current.CancellationToken);
}
