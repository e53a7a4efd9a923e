using OutsideWorld.Faults;
using OutsideWorld.Traffic;

namespace OutsideWorld;

/// <summary>Where a provider meets its callers: everything is written down, then faults strike, then the provider serves.</summary>
internal sealed class FrontDesk(IProvider provider, SandboxClock clock, CancellationToken stopping)
{
    public IProvider Provider { get; } = provider;

    public TrafficLog Log { get; } = new();

    public FaultBook Faults { get; } = new();

    public void Serve(IApplicationBuilder pipeline)
    {
        pipeline.Use(EnterAsync);
        pipeline.UseMiddleware<Recorder>(Log, clock);
        pipeline.UseMiddleware<FaultGate>(Faults, new FaultStrike(Provider, stopping));
        Provider.Serve(pipeline);
    }

    private Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        Provider.Owns(context.Request.Path, out var inside);
        context.Request.PathBase = context.Request.Path.Value![..^inside.Value!.Length];
        context.Request.Path = inside;
        return next(context);
    }
}
