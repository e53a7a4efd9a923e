using Marten;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Makes requests about the same thing wait for each other, from here to the end of their transaction.</summary>
public static class Locks
{
    /// <summary>Read what is to be decided on after this: what was read before may be old.</summary>
    public static async Task TakeAsync(this IDocumentSession session, string thing, CancellationToken cancellation)
    {
        await session.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))");
        command.Parameters.Add(new() { Value = thing });
        await session.ExecuteAsync(command, cancellation);
    }
}
