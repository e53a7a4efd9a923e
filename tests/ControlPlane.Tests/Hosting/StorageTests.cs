using ControlPlane.Iam;
using ControlPlane.Sealing;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Hosting;

public class StorageTests(App app) : AppTest(app)
{
    [Fact]
    public async Task the_schema_as_it_was_made_is_the_one_that_a_production_host_asks_for() =>
        await App.Host.Services.GetRequiredService<IDocumentStore>().Storage.Database
            .AssertDatabaseMatchesConfigurationAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task nothing_is_appended_over_a_version_that_was_not_read()
    {
        await using var session = App.Store.LightweightSession(Tenant);
        session.Events.Append(Me, new PrincipalRenamed(null, new Personal("Bea"), Me));

        (await Should.ThrowAsync<InvalidOperationException>(() => session.SaveChangesAsync(TestContext.Current.CancellationToken))).Message
            .ShouldBe($"principal.renamed is appended to {Me} without the version that was read");
    }
}
