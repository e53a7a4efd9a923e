using System.Security.Cryptography;
using System.Text.Json;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;

namespace ControlPlane.Hosting;

/// <summary>Loads a resource as it is shown; from the read models that a commit is about to write where one is under way.</summary>
public interface IShow<T>
{
    Task<T?> LoadAsync(string id, IQuerySession session, CancellationToken cancellation);
}

/// <summary>A resource that has a version: its stream's.</summary>
public interface IVersioned
{
    long Version { get; }
}

/// <summary>What a write answers. It is rendered inside the commit, so that a repetition under the same Idempotency-Key gets the same bytes.</summary>
public abstract class Answer : ISideEffect
{
    public int Status { get; protected init; } = 200;

    public string? Location { get; protected init; }

    /// <summary>The stream that If-Match speaks of.</summary>
    public string? Stream { get; protected init; }

    public void Execute(HttpContext http) => http.Commit().Answer = this;

    internal abstract Task<object?> BodyAsync(IServiceProvider services, IQuerySession session, CancellationToken cancellation);

    /// <summary>204; with the stream that If-Match speaks of where there is one.</summary>
    public static Answer<Nothing> None(string? stream = null) => new() { Status = 204, Stream = stream };
}

/// <summary>Every resource as it is shown.</summary>
public sealed class Views(IServiceProvider services)
{
    public Task<T?> LoadAsync<T>(string id, IQuerySession session, CancellationToken cancellation)
        where T : class => services.GetRequiredService<IShow<T>>().LoadAsync(id, session, cancellation);
}

/// <summary>The body of an answer that has none.</summary>
public sealed record Nothing;

/// <inheritdoc cref="Answer"/>
public sealed class Answer<T> : Answer
    where T : class
{
    private readonly T? _body;
    private readonly string? _id;
    private readonly ProblemDetails? _problem;
    private readonly Func<Views, IQuerySession, CancellationToken, Task<T>>? _show;

    public Answer()
    {
    }

    /// <summary>A body that the slice made itself.</summary>
    public Answer(T body, int status = 200, string? location = null, string? stream = null) =>
        (_body, Status, Location, Stream) = (body, status, location, stream);

    /// <summary>The resource, as it is after the events.</summary>
    public Answer(string id, int status = 200, string? location = null) => (_id, Status, Location, Stream) = (id, status, location, id);

    /// <summary>A body that the slice puts together inside the commit, from resources as they are after the events.</summary>
    public Answer(Func<Views, IQuerySession, CancellationToken, Task<T>> show, int status = 200, string? location = null) =>
        (_show, Status, Location) = (show, status, location);

    /// <summary>A "no" that is committed together with what it counts.</summary>
    public Answer(ProblemDetails problem, string? stream = null) => (_problem, Status, Stream) = (problem, problem.Status!.Value, stream);

    internal override async Task<object?> BodyAsync(IServiceProvider services, IQuerySession session, CancellationToken cancellation) =>
        (object?)_problem ?? _body
        ?? (_show is not null ? await _show(new(services), session, cancellation)
            : _id is not null ? await new Views(services).LoadAsync<T>(_id, session, cancellation)
            : null);

    /// <summary>What the slice itself says, for tests of decisions.</summary>
    public T? Body => _body;

    /// <summary>The "no", for tests of decisions.</summary>
    public ProblemDetails? Problem => _problem;
}

/// <summary>An answer as bytes, ready to be sent and kept.</summary>
/// <param name="Status">The status.</param>
/// <param name="Location">The header, if any.</param>
/// <param name="ETag">The header, if any.</param>
/// <param name="Body">JSON, or nothing.</param>
public sealed record Rendered(int Status, string? Location, string? ETag, byte[] Body)
{
    /// <summary>The version of the resource, where it has one.</summary>
    public long? Version { get; private init; }

    internal static Rendered Of(object? body, int status, string? location, JsonSerializerOptions json)
    {
        if (body is null or Nothing)
        {
            return new(status, location, null, []);
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), json);
        var version = (body as IVersioned)?.Version;
        return new(status, location, version is { } v ? ETags.Of(v, bytes) : null, bytes) { Version = version };
    }

    /// <summary>304 where If-None-Match names what would be sent.</summary>
    internal async Task WriteUnlessKnownAsync(HttpContext context)
    {
        var known = context.Request.Headers.IfNoneMatch.ToString();
        if (ETag is not null && known.Length > 0 && ETags.Named(known, ETag))
        {
            context.Response.Headers.ETag = ETag;
            context.Response.StatusCode = 304;
            return;
        }

        await WriteAsync(context);
    }

    internal async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (Location is not null)
        {
            context.Response.Headers.Location = Location;
        }

        if (ETag is not null)
        {
            context.Response.Headers.ETag = ETag;
        }

        if (Body.Length > 0)
        {
            context.Response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problems.ContentType;
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }
}

/// <summary>Strong entity tags (RFC 9110 §8.8.3): <c>"version.digest of the representation"</c>.</summary>
public static class ETags
{
    public static string Of(long version, byte[] representation) =>
        $"\"{version}.{System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(representation).AsSpan(0, 12))}\"";

    /// <summary>For what has no version: the digest of the representation alone.</summary>
    public static string Of(byte[] representation) => $"\"sha256:{Convert.ToHexStringLower(SHA256.HashData(representation))}\"";

    /// <summary>Whether If-None-Match names the tag; weak comparison, as the RFC asks.</summary>
    public static bool Named(string ifNoneMatch, string tag) =>
        ifNoneMatch.Split(',', StringSplitOptions.TrimEntries).Any(given => given == "*" || given == tag || given == $"W/{tag}");

    /// <summary>The versions that If-Match names, or null where it is absent or a star.</summary>
    public static long[]? Versions(string ifMatch) => ifMatch is "" or "*"
        ? null
        : [.. ifMatch.Split(',', StringSplitOptions.TrimEntries).Select(tag =>
            long.TryParse(tag.Trim('"').Split('.')[0], System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : -1)];
}
