using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
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
    private volatile string? _lost;

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

    public void Open() => (_closed, _lost) = (false, null);

    /// <summary>From now on a commit of what holds these words happens and is never heard of: the connection that asked for it stays silent.</summary>
    public void LoseAnswersToCommitsOf(string words) => _lost = words;

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

    private static async Task PassAsync(NetworkStream from, NetworkStream to, Predicate<ReadOnlyMemory<byte>> passes)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer) is var count and > 0)
        {
            if (passes(buffer.AsMemory(0, count)))
            {
                await to.WriteAsync(buffer.AsMemory(0, count));
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
            var asked = new Transaction();
            await Task.WhenAny(
                PassAsync(client.GetStream(), server.GetStream(), bytes => asked.Hear(bytes, _lost)),
                PassAsync(server.GetStream(), client.GetStream(), _ => !asked.IsLost));
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

    /// <summary>What a connection has asked for since its last commit.</summary>
    private sealed class Transaction
    {
        // A simple query of PostgreSQL's protocol, of eleven bytes.
        private const string Commit = "Q\0\0\0\u000bCOMMIT\0";

        private string _heard = "";

        public bool IsLost { get; private set; }

        public bool Hear(ReadOnlyMemory<byte> bytes, string? lost)
        {
            _heard += Encoding.Latin1.GetString(bytes.Span);
            var commits = _heard.Contains(Commit, StringComparison.Ordinal);
            IsLost |= commits && lost is not null && _heard.Contains(lost, StringComparison.Ordinal);
            _heard = commits ? "" : _heard[^Math.Min(_heard.Length, 256 * 1024)..];
            return true;
        }
    }
}
