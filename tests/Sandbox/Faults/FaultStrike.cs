using Microsoft.AspNetCore.Connections.Features;
using OutsideWorld.Traffic;

namespace OutsideWorld.Faults;

/// <summary>Makes a fault happen to a request.</summary>
internal sealed class FaultStrike(IProvider provider, CancellationToken stopping)
{
    private const string ErrorPage =
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

    /// <summary>False for a delay: the request goes on afterwards.</summary>
    public async Task<bool> HitAsync(HttpContext context, Fault fault)
    {
        // A provider finishes what it has begun, whether or not the caller still listens.
        if (fault.DelayMs > 0)
            await Task.Delay(fault.DelayMs, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        switch (fault.Kind)
        {
            case FaultKind.Delay:
                return false;
            case FaultKind.Reset:
                Reset(context);
                return true;
            case FaultKind.Timeout:
                using (var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted))
                    await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                CutOff(context);
                return true;
            case FaultKind.Html:
                context.Response.StatusCode = fault.Status ?? StatusCodes.Status502BadGateway;
                AddHeaders(context, fault);
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(ErrorPage, stopping);
                return true;
            default:
                AddHeaders(context, fault);
                await AnswerAsync(context, fault);
                return true;
        }
    }

    private async Task AnswerAsync(HttpContext context, Fault fault)
    {
        var status = fault.Status ?? StatusCodes.Status500InternalServerError;
        if (fault.Body is null)
        {
            await provider.RefuseAsync(context, status);
            return;
        }
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(fault.Body, stopping);
    }

    private static void AddHeaders(HttpContext context, Fault fault)
    {
        foreach (var (name, value) in fault.Headers)
            context.Response.Headers[name] = value;
    }

    private static void Reset(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } connection)
            connection.Socket.LingerState = new(enable: true, seconds: 0);
        CutOff(context);
    }

    private static void CutOff(HttpContext context)
    {
        context.Features.GetRequiredFeature<Exchange>().CutOff = true;
        context.Abort();
    }
}
