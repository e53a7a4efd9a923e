using JasperFx;
using JasperFx.CommandLine.Descriptions;
using JasperFx.Resources;
using Wolverine.Persistence.Durability;

namespace ControlPlane.Hosting.Bus;

/// <summary>The tables of the bus host as part of <c>resources setup</c>: in production that host makes none, and does not start without them.</summary>
public sealed class BusStorage(IServiceProvider services) : SystemPartBase("Bus", new("controlplane://bus"))
{
    public override ValueTask<IReadOnlyList<IStatefulResource>> FindResources() => new([new Envelopes(services)]);

    private sealed class Envelopes(IServiceProvider services) : StatefulResourceBase(
        "Wolverine", "Envelope Storage of the Bus", new("controlplane://bus"), new($"controlplane://bus/{BusHost.EnvelopeSchema}"))
    {
        public override Task Setup(CancellationToken token) => WithStoreAsync(store => store.MigrateAsync(AutoCreate.CreateOrUpdate));

        public override Task Check(CancellationToken token) => WithStoreAsync(store => store.AssertStorageExistsAsync(token));

        // Built, never started: it would look for the broker.
        private async Task WithStoreAsync(Func<IMessageStoreAdmin, Task> act)
        {
            using var host = BusHost.Build(services);
            await act(host.Services.GetRequiredService<IMessageStore>().Admin);
        }
    }
}
