using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ControlPlane.Hosting.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bench;

/// <summary>A subscriber with a durable queue of its own. It notes when what arrived, and nothing else.</summary>
public sealed class Consumer : IAsyncDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private readonly ConcurrentQueue<(long At, double Latency)> _arrivals = new();
    private readonly IConnection _connection;

    private Consumer(IConnection connection) => _connection = connection;

    public int Count => _arrivals.Count;

    /// <summary>Declares the exchange as the service does, so that it can bind before the first event is published.</summary>
    public static async Task<Consumer> ListenAsync(string url)
    {
        var consumer = new Consumer(await new ConnectionFactory { Uri = new(url) }.CreateConnectionAsync());
        var channel = await consumer._connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(
            Topology.Events, ExchangeType.Topic, durable: true, arguments: new Dictionary<string, object?> { [Headers.AlternateExchange] = Topology.Unrouted });
        var queue = await channel.QueueDeclareAsync(
            "bench", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await channel.QueueBindAsync(queue.QueueName, Topology.Events, "#");
        var receiver = new AsyncEventingBasicConsumer(channel);
        receiver.ReceivedAsync += (_, delivery) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var time = Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers![CloudEvents.Prefix + "time"]!);
            var stored = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            consumer._arrivals.Enqueue((Stopwatch.GetTimestamp(), (now - stored).TotalMilliseconds));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, receiver);
        return consumer;
    }

    /// <summary>Waits until what has piled up is there, and tells how fast it came.</summary>
    public async Task<(int Events, double PerSecond)> CatchUpAsync(TimeSpan patience)
    {
        await UntilAsync(1, patience);
        int before;
        do
        {
            before = Count;
            await Task.Delay(Silence);
        }
        while (Count > before);
        var times = _arrivals.Select(arrival => arrival.At).Order().ToArray();
        return (times.Length, times.Length < 2 ? double.NaN : times.Length / Stopwatch.GetElapsedTime(times[0], times[^1]).TotalSeconds);
    }

    public async Task UntilAsync(int count, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (Count < count && Stopwatch.GetElapsedTime(began) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    public void Forget() => _arrivals.Clear();

    /// <summary>From the time that the event carries to its arrival, in milliseconds, sorted.</summary>
    public double[] Latencies() => [.. _arrivals.Select(arrival => arrival.Latency).Order()];

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
