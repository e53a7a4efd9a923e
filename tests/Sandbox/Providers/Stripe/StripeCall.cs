using System.Text.Json.Nodes;
using OutsideWorld.Traffic;

namespace OutsideWorld.Providers.Stripe;

/// <summary>One API call whose form has been understood.</summary>
internal sealed record StripeCall(StripeAccount Account, StripeParameters Parameters, string Id, Cause Cause, string BaseUrl)
{
    /// <summary>Maps a route to a piece of work on the account, with its parameters checked and its answer expanded.</summary>
    public static void Map(
        IEndpointRouteBuilder routes, StripeAccount account, string method, string path, string operation, Func<StripeCall, JsonObject> work)
    {
        var shape = ParameterShape.Load(operation);
        routes.MapMethods(path, [method], async context =>
        {
            var values = Read(context);
            shape.Check(values, unset: operation.StartsWith("update_", StringComparison.Ordinal));
            var call = From(context, account, values);
            JsonObject answer;
            lock (account.Lock)
            {
                Renewals.CatchUp(account);
                answer = (JsonObject)work(call).DeepClone();
                Expansion.Apply(answer, call.Parameters.Texts("expand"), account);
            }
            await context.Response.WriteAsJsonAsync(answer);
        });
    }

    private static StripeCall From(HttpContext context, StripeAccount account, JsonObject values)
    {
        var (request, response) = (context.Request, context.Response);
        var key = request.Headers["Idempotency-Key"].ToString();
        return new(
            account,
            new StripeParameters(values),
            request.RouteValues["id"] as string ?? "",
            new Cause(response.Headers["Request-Id"], key.Length == 0 ? null : key),
            $"{request.Scheme}://{request.Host}{request.PathBase}");
    }

    private static JsonObject Read(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
            return BracketForm.Parse(context.Request.QueryString.Value ?? "");
        var received = context.Features.GetRequiredFeature<Received>();
        if (received.Text.Length == 0)
            return [];
        return received.IsForm
            ? (JsonObject)received.Parsed!.DeepClone()
            : throw StripeFailure.Malformed("Invalid request (check that your POST content type is application/x-www-form-urlencoded). "
                + "If you have any questions, we can help at https://support.stripe.com/.");
    }
}
