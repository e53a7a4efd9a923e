using System.Text.Json.Nodes;

namespace OutsideWorld.Traffic;

/// <summary>Writes every request down as it arrives, and its status when it has been answered.</summary>
internal sealed class Recorder(RequestDelegate next, TrafficLog log, SandboxClock clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var received = await Received.ReadAsync(context.Request);
        var exchange = new Exchange
        {
            Time = clock.GetUtcNow(),
            Method = context.Request.Method,
            Path = context.Request.Path,
            Query = BracketForm.Parse(context.Request.QueryString.Value ?? ""),
            Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = received.Parsed?.DeepClone(),
        };
        log.Add(exchange);
        context.Features.Set(received);
        context.Features.Set(exchange);
        await next(context);
        exchange.Status = exchange.CutOff || context.RequestAborted.IsCancellationRequested ? null : context.Response.StatusCode;
    }
}
