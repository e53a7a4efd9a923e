using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ControlPlane.Tests.Bus;

/// <summary>Any AMQP client: a durable queue of its own, and a connection that it opens again when the broker was away.</summary>
public sealed class Subscriber : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly IConnection _connection;

    private Subscriber(IConnection connection) => _connection = connection;

    public string Queue { get; private set; } = "";

    public IReadOnlyCollection<Received> Received => _received;

    /// <summary>Binds a new queue to what <paramref name="keys"/> select, or reads <paramref name="queue"/> as it is.</summary>
    public static async Task<Subscriber> StartAsync(string url, string[] keys, string? queue = null)
    {
        var connection = await new ConnectionFactory { Uri = new(url), NetworkRecoveryInterval = TimeSpan.FromMilliseconds(200) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var subscriber = new Subscriber(connection) { Queue = queue ?? $"test.{Guid.CreateVersion7():N}" };
        if (queue is null)
        {
            await channel.QueueDeclareAsync(
                subscriber.Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        }

        foreach (var key in keys)
        {
            await channel.QueueBindAsync(subscriber.Queue, "controlplane.events", key);
        }

        await channel.BasicQosAsync(0, 1000, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            subscriber._received.Enqueue(new(delivery));
            await ((AsyncEventingBasicConsumer)consumer).Channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(subscriber.Queue, autoAck: false, consumer);
        return subscriber;
    }

    public Task<Received> FirstAsync(Func<Received, bool> wanted) => Until.FoundAsync(() => _received.FirstOrDefault(wanted));

    /// <summary>Takes its own queue with it: one that stays bound would go on catching what nobody is meant to catch.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Queue.StartsWith("test.", StringComparison.Ordinal))
        {
            await using var channel = await _connection.CreateChannelAsync();
            await channel.QueueDeleteAsync(Queue);
        }

        await _connection.DisposeAsync();
    }
}

/// <summary>One delivery as it stood on the wire.</summary>
public sealed class Received
{
    public Received(BasicDeliverEventArgs delivery)
    {
        RoutingKey = delivery.RoutingKey;
        Exchange = delivery.Exchange;
        Properties = new BasicProperties(delivery.BasicProperties);
        Body = Encoding.UTF8.GetString(delivery.Body.Span);
        Headers = delivery.BasicProperties.Headers!.ToDictionary(
            header => header.Key, header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : $"{header.Value}");
    }

    public string RoutingKey { get; }

    public string Exchange { get; }

    public IReadOnlyBasicProperties Properties { get; }

    public string Body { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public JsonNode Data => JsonNode.Parse(Body)!;

    public string this[string attribute] => Headers["cloudEvents:" + attribute];
}

public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Waits for what comes in its own time; a condition is looked at often and never slept for longer than it needs.</summary>
    /// <param name="look">The condition.</param>
    /// <param name="last">What was seen last, for whoever waits in vain.</param>
    public static async Task<T> FoundAsync<T>(Func<Task<T?>> look, Func<string?> last)
        where T : class
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        do
        {
            if (await look() is { } found)
            {
                return found;
            }
        }
        while (Stopwatch.GetElapsedTime(start) < Patience && await tick.WaitForNextTickAsync(cancellation));
        throw new TimeoutException($"Not within {Patience}. {last()}");
    }

    public static Task<T> FoundAsync<T>(Func<Task<T?>> look)
        where T : class => FoundAsync(look, () => null);

    public static Task<T> FoundAsync<T>(Func<T?> look)
        where T : class => FoundAsync(() => Task.FromResult(look()));

    public static Task TrueAsync(Func<bool> condition) => FoundAsync(() => condition() ? "" : null);

    public static Task TrueAsync(Func<Task<bool>> condition) => FoundAsync(async () => await condition() ? "" : null);
}
