using System.Text.Json.Nodes;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Which request caused an event; both null when nobody asked through the API.</summary>
internal sealed record Cause(string? RequestId, string? IdempotencyKey)
{
    public static Cause None { get; } = new(null, null);
}

/// <summary>Everything one Stripe account knows. One call at a time, under <see cref="Lock"/>.</summary>
internal sealed class StripeAccount(SandboxClock clock, WebhookPusher webhooks)
{
    public Lock Lock { get; } = new();

    public Shelf Customers { get; } = new("customer", "/v1/customers");

    public Shelf CheckoutSessions { get; } = new("checkout.session", "/v1/checkout/sessions");

    public Shelf SetupIntents { get; } = new("setup_intent", "/v1/setup_intents");

    public Shelf PaymentMethods { get; } = new("PaymentMethod", "/v1/payment_methods");

    public Shelf Prices { get; } = new("price", "/v1/prices");

    public Shelf Subscriptions { get; } = new("subscription", "/v1/subscriptions");

    public Shelf Invoices { get; } = new("invoice", "/v1/invoices");

    public Shelf Events { get; } = new("event", "/v1/events");

    /// <summary>Checkout sessions by the time at which they expire.</summary>
    public PriorityQueue<string, long> OpenSessions { get; } = new();

    /// <summary>What open Checkout sessions in subscription mode will subscribe their customer to.</summary>
    public Dictionary<string, CheckoutOrder> Orders { get; } = [];

    /// <summary>How the customers' payment methods behave; those of the others are good.</summary>
    public Dictionary<string, CardBehavior> Behaviors { get; } = [];

    /// <summary>Prorations that the next invoice of a subscription will have.</summary>
    private readonly Dictionary<string, List<InvoiceLine>> _pending = [];

    public List<InvoiceLine> PendingLines(string subscription) =>
        _pending.TryGetValue(subscription, out var lines) ? lines : _pending[subscription] = [];

    public CardBehavior BehaviorOf(string customer) => Behaviors.GetValueOrDefault(customer);

    public long Now => clock.UnixSeconds;

    /// <summary>A customer that a new object can refer to.</summary>
    public JsonObject LivingCustomer(string id, string param)
    {
        var customer = Customers.Find(id);
        return customer is null || customer.ContainsKey("deleted") ? throw StripeFailure.NoSuch("customer", id, param) : customer;
    }

    /// <summary>Any object by its id, for expansion.</summary>
    public JsonObject? Find(string id) =>
        new[] { Customers, CheckoutSessions, SetupIntents, PaymentMethods, Prices, Subscriptions, Invoices }
            .Select(shelf => shelf.Find(id)).FirstOrDefault(found => found is not null);

    public void Record(string type, JsonObject about, Cause cause, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = about.DeepClone() };
        if (previous is not null)
            data["previous_attributes"] = previous;
        var made = Events.Add(new JsonObject
        {
            ["id"] = RandomId.New("evt_", 24),
            ["object"] = "event",
            ["api_version"] = StripeEnvelope.ApiVersion,
            ["created"] = Now,
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = webhooks.Targets.Count,
            ["request"] = new JsonObject { ["id"] = cause.RequestId, ["idempotency_key"] = cause.IdempotencyKey },
            ["type"] = type,
        });
        Send(made);
    }

    public void Send(JsonObject made) =>
        webhooks.Push(new WebhookEvent(made["id"]!.GetValue<string>(), made["type"]!.GetValue<string>(), made));
}
