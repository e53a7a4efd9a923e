using System.Text;

namespace OutsideWorld.Providers.Stripe;

/// <summary>What surrounds every call: request id, version, key, and the shape of a "no".</summary>
internal sealed class StripeEnvelope(RequestDelegate next)
{
    public const string ApiVersion = "2026-10-28.endive";

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Request-Id"] = RandomId.New("req_", 14);
        headers["Stripe-Version"] = ApiVersion;
        try
        {
            CheckKey(context.Request.Headers.Authorization.ToString());
            CheckVersion(context.Request.Headers["Stripe-Version"].ToString());
            await next(context);
        }
        catch (StripeFailure failure)
        {
            await failure.WriteAsync(context.Response);
        }
    }

    private static void CheckKey(string authorization)
    {
        if (authorization.Length == 0)
        {
            throw Unauthorized("You did not provide an API key. You need to provide your API key in the Authorization header, "
                + "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        }
        var key = Key(authorization);
        if (!key.StartsWith("sk_test_", StringComparison.Ordinal) && !key.StartsWith("rk_test_", StringComparison.Ordinal))
            throw Unauthorized($"Invalid API Key provided: {key[..Math.Min(8, key.Length)]}{new string('*', Math.Max(0, key.Length - 8))}");
    }

    private static string Key(string authorization)
    {
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return authorization["Bearer ".Length..].Trim();
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return authorization;
        var buffer = new byte[authorization.Length];
        return Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), buffer, out var length)
            ? Encoding.UTF8.GetString(buffer, 0, length).Split(':')[0]
            : authorization;
    }

    private static void CheckVersion(string version)
    {
        if (version != ApiVersion)
            throw StripeFailure.Malformed($"Invalid Stripe API version: {version}. The sandbox speaks {ApiVersion}.");
    }

    private static StripeFailure Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, "invalid_request_error", message);
}
