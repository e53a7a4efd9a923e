using System.Runtime.ExceptionServices;

namespace ControlPlane.Hosting;

/// <summary>Holds an answer back until it is known to be the one to send.</summary>
internal sealed class HeldAnswer(HttpContext context) : IDisposable
{
    private readonly MemoryStream _written = new();

    /// <summary>Runs the request; gives what it failed with, if it did.</summary>
    public async Task<ExceptionDispatchInfo?> HoldAsync(RequestDelegate next)
    {
        var body = context.Response.Body;
        context.Response.Body = _written;
        try
        {
            await next(context);
            return null;
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            return ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            context.Response.Body = body;
        }
    }

    public Task SendAsync() => context.Response.Body.WriteAsync(_written.GetBuffer(), 0, (int)_written.Length, context.RequestAborted);

    public void Dispose() => _written.Dispose();
}
