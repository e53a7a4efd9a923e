using RabbitMQ.Client;

namespace ControlPlane.Hosting.Bus;

/// <summary>Connections to the broker beside Wolverine's own.</summary>
public static class Broker
{
    /// <summary>Doesn't recover by itself: who publishes in order must know when a connection has ended.</summary>
    public static Task<IConnection> ConnectAsync(string url, string name, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new(url),
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        };
        return factory.CreateConnectionAsync(cancellation);
    }
}
