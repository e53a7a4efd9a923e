using JasperFx;
using Marten.Exceptions;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>Writes problems for whatever ends a request other than by an answer of its own.</summary>
public static partial class ProblemWriter
{
    public static void UseProblems(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await context.WriteAsync(ForStatus(context.Response.StatusCode));
            }
        }
        catch (Exception error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var problem = Map(error);
            if (problem is null)
            {
                problem = Problems.Because(500, "internal_error", "Something went wrong on our side", "The request id helps us to find it", ("retryable", true));
                var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("ControlPlane.Requests");
                LogUnexpected(log, error, context.GetEndpoint()?.DisplayName ?? context.Request.Method, RequestIds.Current);
            }

            context.Response.Headers.ForgetAnswer();
            await context.WriteAsync(problem);
        }
    });

    /// <summary>Removes what an answer that is not sent has said of itself; security, rate and request headers stay.</summary>
    public static void ForgetAnswer(this IHeaderDictionary headers)
    {
        headers.Remove("ETag");
        headers.Remove("Location");
        headers.Remove("Content-Type");
        headers.Remove("Content-Length");
    }

    public static async Task WriteAsync(this HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        if (problem.Status == 401 && context.GetEndpoint()?.Metadata.GetMetadata<AccessAttribute>() is not SignedAttribute)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (problem.Status == 503)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await context.Response.WriteAsJsonAsync(problem, Json.Http, Problems.ContentType, context.RequestAborted);
    }

    /// <summary>The exceptions of the store and the database that say something about the request, each with its answer.</summary>
    public static ProblemDetails? Map(Exception error) => error switch
    {
        ProblemException no => no.Problem,
        AggregateException several => several.InnerExceptions.Select(Map).FirstOrDefault(problem => problem is not null),
        BadHttpRequestException { StatusCode: 413 } => ForStatus(413),
        BadHttpRequestException bad => Problems.Malformed("", "unreadable", bad.Message),
        ConcurrencyException or ExistingStreamIdCollisionException or StreamLockedException => Problems.Raced(),
        DocumentAlreadyExistsException duplicate => Uniqueness.Explain(duplicate),
        InvalidStreamOperationException => Problems.Because(410, "gone", "The resource is gone for ever"),
        _ when InDatabase(error) is { SqlState: Quotas.SqlState } full => Quotas.Explain(full),
        _ when InDatabase(error) is { SqlState: PostgresErrorCodes.UniqueViolation } duplicate => Uniqueness.Explain(duplicate),
        _ when InDatabase(error) is { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CannotConnectNow } || HasLostDatabase(error) =>
            Problems.Because(503, "unavailable", "The service can't reach its database", null, ("retryable", true)),
        _ => null,
    };

    // The store wraps it in whatever it was doing when the connection broke.
    private static bool HasLostDatabase(Exception? error) =>
        error is NpgsqlException { IsTransient: true } or TimeoutException || (error is not null && HasLostDatabase(error.InnerException));

    internal static PostgresException? InDatabase(Exception? error) => error switch
    {
        null => null,
        PostgresException found => found,
        _ => InDatabase(error.InnerException),
    };

    private static ProblemDetails ForStatus(int status) => status switch
    {
        401 => Problems.Unauthenticated(),
        403 => Problems.Forbidden(),
        404 => Problems.NotFound(),
        405 => Problems.Because(405, "method_not_allowed", "The resource does not know this method"),
        413 => Problems.Because(413, "body_too_large", "The body is too large"),
        415 => Problems.Because(415, "unsupported_media_type", "The body must be JSON"),
        400 => Problems.Malformed("", "unreadable", "The request can't be read"),
        _ => Problems.Because(status, "error", "The request failed"),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Endpoint} failed unexpectedly ({RequestId})")]
    private static partial void LogUnexpected(ILogger log, Exception error, string endpoint, string? requestId);
}
