using OutsideWorld.Traffic;

namespace OutsideWorld.Faults;

/// <summary>Picks the fault for a request, and lets it strike around the provider's work.</summary>
internal sealed class FaultGate(RequestDelegate next, FaultBook book, FaultStrike strike)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = context.Features.GetRequiredFeature<Exchange>();
        var fault = book.Take(exchange);
        if (fault is null)
        {
            await next(context);
            return;
        }
        exchange.Fault = fault.ToString();
        switch (fault.When)
        {
            case FaultMoment.Before:
                if (!await strike.HitAsync(context, fault))
                    await next(context);
                break;
            case FaultMoment.During:
                context.Features.Set(new FaultDuring(fault, strike));
                await next(context);
                break;
            default:
                await StrikeAfterAsync(context, fault);
                break;
        }
    }

    private async Task StrikeAfterAsync(HttpContext context, Fault fault)
    {
        var wire = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context);
        context.Response.Body = wire;
        if (fault.Kind == FaultKind.Delay)
        {
            await strike.HitAsync(context, fault);
            await wire.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length));
            return;
        }
        context.Response.Clear();
        await strike.HitAsync(context, fault);
    }
}
