using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class StripeControl
{
    public static void Map(IEndpointRouteBuilder routes, StripeAccount account)
    {
        routes.MapPost("/checkout/sessions/{id}/complete", (string id, CompleteCheckout? filledIn) =>
            Answer(account, () => CheckoutCompletion.Complete(account, id, filledIn ?? new())));
        routes.MapPost("/customers/{id}/card", (string id, CardBehavior behavior) => Answer(account, () =>
        {
            account.Behaviors[id] = behavior;
            return account.Customers.Require(id);
        }));
        routes.MapPost("/subscriptions/{id}/renew", (string id) => Answer(account, () => Renewals.RenewNow(account, Subscriptions.Living(account, id))));
        routes.MapPost("/subscriptions/{id}/retry", (string id) => Answer(account, () => Renewals.RetryNow(account, Subscriptions.Living(account, id))));
        routes.MapPost("/prices", (ListedPrice price) => Answer(account, () => price.Put(account)));
        routes.MapGet("/events", (string contains) => Answer(account, () => new JsonObject
        {
            ["data"] = new JsonArray([.. account.Events.NewestFirst.Reverse().Where(made => made.ToJsonString().Contains(contains, StringComparison.Ordinal)).Select(made => made.DeepClone())]),
        }));
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
