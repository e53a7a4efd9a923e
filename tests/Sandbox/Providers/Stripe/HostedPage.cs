using System.Net;
using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>The page behind a session's <c>url</c>, for a person who walks through it by hand.</summary>
internal static class HostedPage
{
    public static void Map(IEndpointRouteBuilder routes, StripeAccount account)
    {
        routes.MapGet("/c/pay/{id}", (string id) => Show(account, id));
        routes.MapPost("/c/pay/{id}", (string id) => Finish(account, id));
    }

    private static IResult Show(StripeAccount account, string id)
    {
        lock (account.Lock)
            return Open(account, id) is { } session ? Results.Content(Page(session), "text/html") : Gone();
    }

    private static IResult Finish(StripeAccount account, string id)
    {
        lock (account.Lock)
        {
            if (Open(account, id) is not { } session)
                return Gone();
            CheckoutCompletion.Complete(account, id, new CompleteCheckout());
            return Results.Redirect(((string)session["success_url"]!).Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal));
        }
    }

    private static JsonObject? Open(StripeAccount account, string id)
    {
        CheckoutSessions.ExpireDue(account);
        return account.CheckoutSessions.Find(id) is { } session && (string?)session["status"] == "open" ? session : null;
    }

    private static IResult Gone() =>
        Results.Content("<h1>This page is no longer available</h1>", "text/html", statusCode: StatusCodes.Status404NotFound);

    private static string Page(JsonObject session)
    {
        var cancel = (string?)session["cancel_url"] is { } url ? $"""<p><a href="{WebUtility.HtmlEncode(url)}">Back</a></p>""" : "";
        return $"""
            <!doctype html><title>Checkout</title>
            <h1>Checkout ({session["mode"]})</h1>
            <p>Card 4242 4242 4242 4242, Sandbox</p>
            <form method="post"><button>Confirm</button></form>
            {cancel}
            """;
    }
}
