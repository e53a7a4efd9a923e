using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Tour;

/// <summary>An event as it arrived.</summary>
public sealed record Arrival(string RoutingKey, string Subject, string Tenant);

/// <summary>A subscriber: a queue of its own on the exchange, nothing but an AMQP client.</summary>
public sealed class Bus : IAsyncDisposable
{
    private const string Exchange = "controlplane.events";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IConnection _connection;
    private readonly Lock _gate = new();
    private readonly List<Arrival> _arrived = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Bus(IConnection connection) => _connection = connection;

    public int Arrived
    {
        get
        {
            lock (_gate)
            {
                return _arrived.Count;
            }
        }
    }

    public static async Task<Bus> ListenAsync(Uri broker)
    {
        var bus = new Bus(await new ConnectionFactory { Uri = broker, ClientProvidedName = "tour" }.CreateConnectionAsync());
        var channel = await bus.ChannelAsync();
        var queue = await channel.QueueDeclareAsync(durable: false, exclusive: true, autoDelete: true);
        await channel.QueueBindAsync(queue.QueueName, Exchange, "#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => bus.TakeAsync(delivery);
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return bus;
    }

    /// <summary>Waits until an event of this name about this subject has arrived.</summary>
    public async Task ExpectAsync(string routingKey, string subject)
    {
        var wait = Patience;
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_arrived.Any(arrival => arrival.RoutingKey == routingKey && arrival.Subject == subject))
                {
                    return;
                }

                more = _more.Task;
            }

            var since = TimeProvider.System.GetTimestamp();
            if (wait <= TimeSpan.Zero || await Task.WhenAny(more, Task.Delay(wait, TimeProvider.System)) != more)
            {
                throw new TourException($"{routingKey} about {subject} did not arrive within {Patience.TotalSeconds:0} s.");
            }

            wait -= TimeProvider.System.GetElapsedTime(since);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The exchange is the service's to declare, which it does beside starting.
    private async Task<IChannel> ChannelAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var channel = await _connection.CreateChannelAsync();
            try
            {
                await channel.ExchangeDeclarePassiveAsync(Exchange);
                return channel;
            }
            catch (OperationInterruptedException missing)
            {
                await channel.DisposeAsync();
                if (TimeProvider.System.GetElapsedTime(since) > Patience)
                {
                    throw new TourException($"The exchange {Exchange} is not there: {missing.Message}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }

    private Task TakeAsync(BasicDeliverEventArgs delivery)
    {
        string Attribute(string name) => delivery.BasicProperties.Headers?.TryGetValue($"cloudEvents:{name}", out var value) == true
            ? value is byte[] text ? Encoding.UTF8.GetString(text) : value?.ToString() ?? ""
            : "";

        Paper.Write($"     ⇠   {delivery.RoutingKey,-40} {Attribute("subject")}  streamversion={Attribute("streamversion")}");
        lock (_gate)
        {
            _arrived.Add(new(delivery.RoutingKey, Attribute("subject"), Attribute("tenantid")));
            _more.SetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.CompletedTask;
    }
}
