namespace OutsideWorld.Faults;

/// <summary>A fault on its way to where the provider's work begins.</summary>
internal sealed record FaultDuring(Fault Fault, FaultStrike Strike);

/// <summary>The place in a provider's pipeline where faults strike that happen in the middle.</summary>
internal static class FaultsDuring
{
    public static IApplicationBuilder UseFaultsDuring(this IApplicationBuilder pipeline) => pipeline.Use(async (context, next) =>
    {
        if (context.Features.Get<FaultDuring>() is not { } during || !await during.Strike.HitAsync(context, during.Fault))
            await next(context);
    });
}
