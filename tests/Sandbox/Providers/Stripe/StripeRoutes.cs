using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>The operations that are imitated.</summary>
internal static class StripeRoutes
{
    public static void Map(IEndpointRouteBuilder routes, StripeAccount account)
    {
        Post("/v1/customers", "create_customer", Customers.Create);
        Get("/v1/customers", "list_customers", Customers.List);
        Get("/v1/customers/search", "search_customers", CustomerSearch.Search);
        Get("/v1/customers/{id}", "retrieve", Customers.Get);
        Post("/v1/customers/{id}", "update_customer", Customers.Update);
        StripeCall.Map(routes, account, "DELETE", "/v1/customers/{id}", "delete_customer", Customers.Delete);

        Post("/v1/checkout/sessions", "create_checkout_session", CheckoutSessions.Create);
        Get("/v1/checkout/sessions", "list_checkout_sessions", CheckoutSessions.List);
        Get("/v1/checkout/sessions/{id}", "retrieve", CheckoutSessions.Get);
        Post("/v1/checkout/sessions/{id}/expire", "expire_checkout_session", CheckoutSessions.Expire);

        Get("/v1/setup_intents/{id}", "retrieve", call => call.Account.SetupIntents.Require(call.Id, "intent"));
        Get("/v1/payment_methods/{id}", "retrieve", call => call.Account.PaymentMethods.Require(call.Id, "payment_method"));
        Post("/v1/subscriptions", "create_subscription", Subscriptions.Create);
        Get("/v1/subscriptions", "list_subscriptions", Subscriptions.List);
        Get("/v1/subscriptions/{id}", "retrieve", Subscriptions.Get);
        Post("/v1/subscriptions/{id}", "update_subscription", Subscriptions.Update);
        StripeCall.Map(routes, account, "DELETE", "/v1/subscriptions/{id}", "cancel_subscription", Subscriptions.Cancel);
        Post("/v1/subscription_items", "create_subscription_item", SubscriptionItems.Create);
        Get("/v1/subscription_items/{id}", "retrieve", SubscriptionItems.Get);
        Post("/v1/subscription_items/{id}", "update_subscription_item", SubscriptionItems.Update);
        StripeCall.Map(routes, account, "DELETE", "/v1/subscription_items/{id}", "delete_subscription_item", SubscriptionItems.Delete);

        Get("/v1/invoices", "list_invoices", Invoices.List);
        Post("/v1/invoices/create_preview", "create_preview", Invoices.Preview);
        Get("/v1/invoices/{id}", "retrieve", Invoices.Get);
        Post("/v1/invoices/{id}/pay", "pay_invoice", Invoices.Pay);

        Post("/v1/prices", "create_price", Prices.Create);
        Get("/v1/prices", "list_prices", Prices.List);
        Get("/v1/prices/{id}", "retrieve", Prices.Get);

        Get("/v1/events", "list_events", StripeEvents.List);
        Get("/v1/events/{id}", "retrieve", StripeEvents.Get);

        routes.Map("/{**rest}", context => throw new StripeFailure(StatusCodes.Status404NotFound, "invalid_request_error",
            $"Unrecognized request URL ({context.Request.Method}: {context.Request.Path}). "
            + "Please see https://stripe.com/docs or we can help at https://support.stripe.com/."));

        void Post(string path, string operation, Func<StripeCall, JsonObject> work) =>
            StripeCall.Map(routes, account, "POST", path, operation, work);
        void Get(string path, string operation, Func<StripeCall, JsonObject> work) =>
            StripeCall.Map(routes, account, "GET", path, operation, work);
    }
}
