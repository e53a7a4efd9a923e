using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ControlPlane.Tests;

/// <summary>Watches the host's log, down to its debug lines, and its database for words that must not be there.</summary>
public sealed class Leaks : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> _watched = new();

    public void Watch(string word) => _watched.TryAdd(word, []);

    /// <summary>The lines that hold a watched word.</summary>
    public IReadOnlyCollection<string> LinesWith(string word) => _watched[word];

    /// <summary>The tables with a row that holds the word, be it as text or in bytes.</summary>
    public static async Task<string[]> TablesWithAsync(string connection, string word)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        var found = new List<string>();
        foreach (var table in await TablesAsync(database))
        {
            await using var look = database.CreateCommand(
                $"select exists (select from {table} t where position($1 in t::text) > 0 or position(encode(convert_to($1, 'UTF8'), 'hex') in t::text) > 0)");
            look.Parameters.Add(new() { Value = word });
            if ((bool)(await look.ExecuteScalarAsync(TestContext.Current.CancellationToken))!)
            {
                found.Add(table);
            }
        }

        return [.. found];
    }

    public ILogger CreateLogger(string categoryName) => new Line(this);

    public void Dispose()
    {
    }

    private static async Task<List<string>> TablesAsync(NpgsqlDataSource database)
    {
        await using var list = database.CreateCommand(
            "select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1");
        await using var reader = await list.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private sealed class Line(Leaks leaks) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => !leaks._watched.IsEmpty;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = $"{formatter(state, exception)} {exception}";
            foreach (var (word, lines) in leaks._watched)
            {
                if (line.Contains(word, StringComparison.Ordinal))
                {
                    lines.Add(line);
                }
            }
        }
    }
}
