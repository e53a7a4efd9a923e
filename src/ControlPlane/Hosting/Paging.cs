using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Hosting;

/// <summary>What every list takes.</summary>
public abstract record ListQuery
{
    /// <summary>How many items a page holds at the most.</summary>
    [Range(1, 200)]
    public int Limit { get; init; } = 50;

    /// <summary>The <c>nextCursor</c> of the page before.</summary>
    [MaxLength(2000)]
    public string? Cursor { get; init; }
}

/// <summary>One page of a list, newest first.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextCursor">Asks for the next page; absent on the last one.</param>
/// <param name="AsOf">The state of the history that the list shows at least.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor, AsOf AsOf) : IResult
{
    /// <summary>Counts over the whole list, not the page, where they were asked for: facet, word, count.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? Facets { get; init; }

    public Task ExecuteAsync(HttpContext httpContext) => httpContext.Response.WriteAsJsonAsync(this, Json.Http, httpContext.RequestAborted);
}

/// <summary>A point of the event history.</summary>
/// <param name="Sequence">The global sequence of the last event that is certainly included.</param>
/// <param name="Timestamp">The time of the reading.</param>
public sealed record AsOf(long Sequence, DateTimeOffset Timestamp);

/// <summary>Opaque cursors: the last id of a page, bound by a MAC to tenant, list, filter and order.</summary>
public sealed class Cursors(byte[] key)
{
    private const int MacSize = 16;

    public string Make(string tenant, string list, ListQuery query, string lastId)
    {
        var id = Encoding.UTF8.GetBytes(lastId);
        return System.Buffers.Text.Base64Url.EncodeToString([.. Mac(tenant, list, query, id), .. id]);
    }

    /// <summary>The id to go on after, or null for the first page; a foreign or altered cursor is 400 <c>cursor_invalid</c>.</summary>
    public string? Read(string tenant, string list, ListQuery query)
    {
        if (query.Cursor is not { } cursor)
        {
            return null;
        }

        var bytes = new byte[System.Buffers.Text.Base64Url.GetMaxDecodedLength(cursor.Length)];
        return System.Buffers.Text.Base64Url.IsValid(cursor)
            && System.Buffers.Text.Base64Url.TryDecodeFromChars(cursor, bytes, out var length) && length > MacSize
            && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, MacSize), Mac(tenant, list, query, bytes[MacSize..length]))
            ? Encoding.UTF8.GetString(bytes, MacSize, length - MacSize)
            : throw new ProblemException(Problems.Malformed("?cursor", "cursor_invalid", "The cursor is not one of this list and filter"));
    }

    private byte[] Mac(string tenant, string list, ListQuery query, byte[] id)
    {
        var filter = query with { Cursor = null, Limit = 1 };
        var bound = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { tenant, list, filter = (object)filter }, Json.Http);
        return HMACSHA256.HashData(key, (byte[])[.. bound, .. id])[..MacSize];
    }
}
