using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ControlPlane.Tests;

/// <summary>A way to a database that can be closed and opened again, as if its server were away; nobody else notices.</summary>
public sealed class DatabaseProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private volatile bool _closed;

    public DatabaseProxy(string connection)
    {
        _server = new(connection);
        _listener.Start();
        Connection = new NpgsqlConnectionStringBuilder(connection)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            Timeout = 5,
        }.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>How to connect through it.</summary>
    public string Connection { get; }

    public void Close()
    {
        _closed = true;
        foreach (var client in _clients.Keys)
        {
            client.Close();
        }
    }

    public void Open() => _closed = false;

    public async ValueTask DisposeAsync()
    {
        Close();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = _closed ? DropAsync(client) : ServeAsync(client);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static Task DropAsync(TcpClient client)
    {
        client.Close();
        return Task.CompletedTask;
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        _clients[client] = true;
        _clients[server] = true;
        try
        {
            await server.ConnectAsync(_server.Host!, _server.Port);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream()),
                server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Either end has gone, which is what this is for.
        }
        finally
        {
            client.Close();
            _clients.TryRemove(client, out _);
            _clients.TryRemove(server, out _);
        }
    }
}
