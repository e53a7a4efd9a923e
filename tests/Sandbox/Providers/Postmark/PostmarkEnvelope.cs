using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

/// <summary>Which server a request speaks for.</summary>
internal sealed record PostmarkServer(string Token)
{
    /// <summary>Checks a message without sending it.</summary>
    public const string TestToken = "POSTMARK_API_TEST";

    public bool IsTest => Token == TestToken;
}

/// <summary>What surrounds every call: the server's token, JSON in and out, and the shape of a "no".</summary>
internal sealed class PostmarkEnvelope(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            var token = context.Request.Headers["X-Postmark-Server-Token"].ToString();
            if (token != PostmarkServer.TestToken && !Guid.TryParseExact(token, "D", out _))
                throw PostmarkFailure.Unauthorized();
            CheckJson(context.Request);
            context.Features.Set(new PostmarkServer(token));
            await next(context);
        }
        catch (PostmarkFailure failure)
        {
            await WriteAsync(context.Response, failure.Status, failure.Body);
        }
    }

    public static Task WriteAsync(HttpResponse response, int status, JsonNode body)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(body);
    }

    private static void CheckJson(HttpRequest request)
    {
        var accepts = request.GetTypedHeaders().Accept.Any(accept => accept.MatchesMediaType("application/json"));
        if (!accepts || (HttpMethods.IsPost(request.Method) && !request.HasJsonContentType()))
            throw PostmarkFailure.JsonRequired();
    }
}
