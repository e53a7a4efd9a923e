using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Hosting;

/// <summary>Parses its query string into this type; unknown parameters are refused by name.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QueryAttribute<T>() : QueryAttribute(typeof(T))
    where T : class;

/// <inheritdoc cref="QueryAttribute{T}"/>
[AttributeUsage(AttributeTargets.Method)]
public abstract class QueryAttribute(Type type) : Attribute
{
    public Type Type => type;
}

/// <summary>The operation reads its body itself: a provider's webhook, or text that passes through.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RawBodyAttribute : Attribute;

/// <summary>Reads bodies and query strings against the types that the operations declare, before any load, and tells every fault at once.</summary>
public static class RequestBodies
{
    public const int MaxBytes = 256 * 1024;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly object QueryKey = new();
    private static readonly object BodyKey = new();

    /// <summary>The query of a list, parsed and checked.</summary>
    public static T Query<T>(this HttpContext context)
        where T : class => (T)context.Items[QueryKey]!;

    internal static byte[] BytesOf(HttpContext context) => context.Items[BodyKey] as byte[] ?? [];

    public static void UseRequestShapes(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<AccessAttribute>() is null || metadata.GetMetadata<RawBodyAttribute>() is not null)
        {
            await next(context);
            return;
        }

        if (CheckQuery(context, metadata.GetMetadata<QueryAttribute>()?.Type) is { } badQuery)
        {
            await context.WriteAsync(badQuery);
            return;
        }

        if (metadata.GetMetadata<CommandType>() is { Type: var type } && await CheckBodyAsync(context, type) is { } badBody)
        {
            await context.WriteAsync(badBody);
            return;
        }

        await next(context);
    });

    private static ProblemDetails? CheckQuery(HttpContext context, Type? type)
    {
        var faults = new List<Fault>();
        context.Items[QueryKey] = QueryStrings.Read(context.Request.Query, type, faults);
        return faults.Count > 0 ? Problems.Malformed(faults) : null;
    }

    /// <summary>The body of a provider's webhook as it came; 413 where it is too large, 400 where it is not UTF-8.</summary>
    public static async Task<string> ReadTextAsync(HttpContext context, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(context.Request, cancellation) ?? throw new ProblemException(TooLarge());
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ProblemException(Problems.Because(400, "invalid_encoding", "The body is not UTF-8"));
        }
    }

    // Null for more than what is taken.
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxBytes)
        {
            return null;
        }

        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(chunk, cancellation)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBytes)
            {
                return null;
            }
        }

        return buffer.ToArray();
    }

    private static ProblemDetails TooLarge() => Problems.Because(413, "body_too_large", "The body is too large", null, ("limitBytes", MaxBytes));

    private static async Task<ProblemDetails?> CheckBodyAsync(HttpContext context, Type type)
    {
        var request = context.Request;
        if (await ReadAsync(request, context.RequestAborted) is not { } given)
        {
            return TooLarge();
        }

        var bytes = given.Length > 0 ? given : "{}"u8.ToArray();
        if (given.Length > 0 && !IsJson(request.ContentType))
        {
            return Problems.Because(415, "unsupported_media_type", "The body must be JSON");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false, MaxDepth = 32 });
            var faults = new List<Fault>();
            Shape.Check(document.RootElement, type, "", faults);
            if (faults.Count > 0)
            {
                return Problems.Malformed(faults);
            }
        }
        catch (JsonException error)
        {
            return Problems.Malformed(
                "", "invalid_json", $"The body is not JSON (RFC 8259): line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        }

        catch (InvalidOperationException)
        {
            // A name or text with half a surrogate pair: the parser lets it pass and only reading it fails.
            return Problems.Malformed("", "invalid_json", "The body holds text that is not Unicode");
        }

        context.Items[BodyKey] = bytes;
        request.Body = new MemoryStream(bytes);
        request.ContentLength = bytes.Length;
        request.ContentType = "application/json";
        return null;
    }

    private static bool IsJson(string? contentType) =>
        contentType?.Split(';')[0].Trim() is { } type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
}

/// <summary>Endpoint metadata: the type of the body.</summary>
public sealed record CommandType(Type Type);
