[assembly: AssemblyFixture(typeof(OutsideWorld.Tests.SharedSandbox))]

namespace OutsideWorld.Tests;

/// <summary>One sandbox for all tests that leave the clock alone.</summary>
public sealed class SharedSandbox : IAsyncLifetime
{
    public Sandbox Sandbox { get; private set; } = null!;

    public SandboxClient Control { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sandbox = await Sandbox.StartAsync();
        Control = new SandboxClient(Sandbox.BaseUrl);
    }

    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await Sandbox.DisposeAsync();
    }
}
