using Marten;
using Marten.Linq.MatchesSql;

namespace ControlPlane.Hosting;

/// <summary>The documents of one page, and what asks for the next.</summary>
public sealed record DocumentPage<T>(IReadOnlyList<T> Found, string? NextCursor);

/// <summary>Pages through documents by their ids, which rise with time: newest first, and stable while others are written.</summary>
public static class DocumentPages
{
    /// <summary>The page of the list that the query asks for.</summary>
    /// <param name="fitting">All documents of the list.</param>
    /// <param name="cursors">Reads and makes the cursors.</param>
    /// <param name="tenant">The tenant acted on.</param>
    /// <param name="list">Names the list.</param>
    /// <param name="query">What was asked for.</param>
    /// <param name="idOf">The id of a document.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<DocumentPage<T>> PageAsync<T>(
        this IQueryable<T> fitting, Cursors cursors, string tenant, string list, ListQuery query, Func<T, string> idOf, CancellationToken cancellation)
        where T : class
    {
        if (cursors.Read(tenant, list, query) is { } after)
        {
            fitting = fitting.Where(document => document.MatchesSql("d.id < ?", after));
        }

        var found = await fitting.OrderBySql("d.id desc").Take(query.Limit + 1).ToListAsync(cancellation);
        var page = found.Take(query.Limit).ToArray();
        return new(page, found.Count > query.Limit ? cursors.Make(tenant, list, query, idOf(page[^1])) : null);
    }
}
