using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OutsideWorld.Tests;

internal sealed record Arrival(string Body, IHeaderDictionary Headers);

/// <summary>A customer's webhook endpoint.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Arrival> _arrivals = new();

    private Receiver(Func<int, int> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/hook", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            _arrivals.Enqueue(new(await reader.ReadToEndAsync(context.RequestAborted), new HeaderDictionary(context.Request.Headers.ToDictionary())));
            context.Response.StatusCode = answer(_arrivals.Count);
        });
    }

    public Uri Url => new(_app.Urls.Single() + "/hook");

    public static async Task<Receiver> StartAsync(Func<int, int>? answer = null)
    {
        var receiver = new Receiver(answer ?? (_ => 200));
        await receiver._app.StartAsync();
        return receiver;
    }

    public Task<IReadOnlyList<Arrival>> Until(int count) => SandboxClient.UntilAsync(
        () => Task.FromResult<IReadOnlyList<Arrival>>([.. _arrivals]), arrived => arrived.Count >= count, $"fewer than {count} webhooks arrived");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
