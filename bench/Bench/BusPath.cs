using System.Diagnostics;
using System.Text;

namespace Bench;

/// <summary>From the stored event to a consumer on RabbitMQ: first everything that was stored while no bus ran, then a steady trickle.</summary>
public static class BusPath
{
    private const int PerSecond = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<PathResult> MeasureAsync(Field field, Options options)
    {
        await using var consumer = await Consumer.ListenAsync(field.Place.RabbitMq);
        await field.StopAsync("ours");
        await using var api = await field.OursAsync(withBus: true);
        var backlog = await consumer.CatchUpAsync(Patience);
        // What the first requests cost a server that has just started is another path's figure.
        await TrickleAsync(field, api, consumer, options.WarmUpSeconds);
        var latencies = await TrickleAsync(field, api, consumer, options.IsSmoke ? 3 : 30);
        return new("bus", $"from the stored event to a consumer, {PerSecond} events/s", [], [])
        {
            Figures =
            [
                new("p50", At(latencies, 0.5), "ms", AtMost: 20),
                new("p99", At(latencies, 0.99), "ms", AtMost: 100),
                new("events seen", latencies.Length, ""),
                new("backlog", backlog.Events, "events"),
                new("catching up", backlog.PerSecond, "events/s", AtLeast: 5000),
            ],
        };
    }

    // An open loop: a slow answer does not hold up the next request.
    private static async Task<double[]> TrickleAsync(Field field, Server api, Consumer consumer, int seconds)
    {
        using var client = new HttpClient { BaseAddress = api.Url };
        consumer.Forget();
        var (pending, started) = (new List<Task>(), Stopwatch.GetTimestamp());
        for (var i = 0; i < seconds * PerSecond; i++)
        {
            var ahead = TimeSpan.FromSeconds((double)i / PerSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead);
            }

            pending.Add(CreateAsync(client, field.Tenants.All[i % field.Tenants.All.Count].Token, $"bus {seconds} {i}"));
        }

        await Task.WhenAll(pending);
        await consumer.UntilAsync(pending.Count, Patience);
        return consumer.Latencies();
    }

    private static async Task CreateAsync(HttpClient client, string token, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/agent-instances")
        {
            Content = new StringContent($$"""{"blueprintRef":"telegram-assistant@2","displayName":"{{name}}"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
}
