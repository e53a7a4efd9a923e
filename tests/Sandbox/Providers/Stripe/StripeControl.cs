using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class StripeControl
{
    public static void Map(IEndpointRouteBuilder routes, StripeAccount account)
    {
        routes.MapPost("/checkout/sessions/{id}/complete", (string id, CompleteCheckout? filledIn) =>
            Answer(account, () => CheckoutCompletion.Complete(account, id, filledIn ?? new())));
        routes.MapPost("/events/{id}/send", (string id) => Answer(account, () =>
        {
            var made = account.Events.Require(id);
            account.Send(made);
            return made;
        }));
    }

    private static IResult Answer(StripeAccount account, Func<JsonObject> work)
    {
        try
        {
            lock (account.Lock)
                return Results.Json(work().DeepClone());
        }
        catch (StripeFailure failure)
        {
            return Results.Json(failure.Body, statusCode: failure.Status);
        }
    }
}
