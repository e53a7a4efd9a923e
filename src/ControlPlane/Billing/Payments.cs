using ControlPlane.Hosting;
using Stripe;
using Stripe.Checkout;

namespace ControlPlane.Billing;

/// <summary>Stripe said no to a call, and will say no to the same call again.</summary>
/// <param name="reason">Stripe's code; its words may name a person.</param>
public sealed class PaymentRefusedException(string reason) : Exception(reason);

/// <summary>What would be charged, in minor units.</summary>
public sealed record ChargePreview(long AmountDue, long Tax, IReadOnlyList<InvoiceLine> Lines);

/// <summary>The payment provider. It tries once; trying again is the message's business.</summary>
public sealed class Payments(StripeSettings settings)
{
    private const int Rounds = 5;

    private readonly Lazy<StripeClient> _client = new(() => new(new StripeClientOptions
    {
        ApiKey = settings.ApiKey ?? throw new InvalidOperationException("Stripe:ApiKey is not set"),
        ApiBase = settings.ApiBase,
        HttpClient = new SystemNetHttpClient(
            new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(20) },
            maxNetworkRetries: 0, enableTelemetry: false),
    }));

    /// <summary>Makes the tenant's customer, or finds the one that an earlier try has made.</summary>
    /// <returns>Its id.</returns>
    public Task<string> CreateCustomerAsync(string key, string tenantId, string email, string name, string locale, CancellationToken cancellation) =>
        AskAsync(
            key,
            async options => (await _client.Value.V1.Customers.CreateAsync(
                new() { Email = email, Name = name, PreferredLocales = [locale], Metadata = new() { ["tenant_id"] = tenantId } }, options, cancellation)).Id,
            async () => (await _client.Value.V1.Customers.ListAsync(new() { Email = email, Limit = 100 }, null, cancellation))
                .FirstOrDefault(customer => customer.Metadata.GetValueOrDefault("tenant_id") == tenantId)?.Id);

    /// <summary>Has the provider forget a customer, with his payment methods and what he subscribes to; it is no error if it has already.</summary>
    public async Task DeleteCustomerAsync(string customer, CancellationToken cancellation)
    {
        try
        {
            await _client.Value.V1.Customers.DeleteAsync(customer, null, null, cancellation);
        }
        catch (StripeException error) when (error.StripeError?.Code == "resource_missing")
        {
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    /// <summary>Opens a page on which the customer leaves a payment method; nothing is charged.</summary>
    public Task<Session> OpenSetupAsync(string key, string tenantId, SessionCreateOptions page, CancellationToken cancellation)
    {
        page.Mode = "setup";
        page.ClientReferenceId = tenantId;
        page.Metadata = new() { ["tenant_id"] = tenantId };
        return AskAsync(key, options => _client.Value.V1.Checkout.Sessions.CreateAsync(page, options, cancellation), () => Task.FromResult<Session?>(null));
    }

    /// <summary>Has an instance paid for from now on: with the tenant's subscription, which the first one makes. What is due is charged at once.</summary>
    /// <returns>The subscription's item.</returns>
    public async Task<string> SubscribeAsync(
        string key, string tenantId, string customer, string method, string instanceId, string priceId, CancellationToken cancellation)
    {
        var subscription = await LivingAsync(customer, cancellation);
        if (ItemOf(subscription, instanceId) is { } item)
        {
            return item;
        }

        Dictionary<string, string> metadata = new() { [StripeReading.InstanceKey] = instanceId };
        return subscription is null
            ? await AskAsync(
                key,
                async options => ItemOf(await _client.Value.V1.Subscriptions.CreateAsync(
                    new()
                    {
                        Customer = customer,
                        DefaultPaymentMethod = method,
                        Items = [new() { Price = priceId, Metadata = metadata }],
                        PaymentBehavior = "error_if_incomplete",
                        OffSession = true,
                        Metadata = new() { ["tenant_id"] = tenantId },
                    },
                    options,
                    cancellation), instanceId)!,
                () => FindItemAsync(customer, instanceId, cancellation))
            : await AskAsync(
                key,
                async options => (await _client.Value.V1.SubscriptionItems.CreateAsync(
                    new()
                    {
                        Subscription = subscription.Id, Price = priceId, Metadata = metadata, ProrationBehavior = "always_invoice", PaymentBehavior = "error_if_incomplete",
                    },
                    options,
                    cancellation)).Id,
                () => FindItemAsync(customer, instanceId, cancellation));
    }

    /// <summary>What changing the price of an item would be charged at once, the period divided at a moment.</summary>
    public async Task<ChargePreview> PreviewAsync(string customer, string subscription, string item, string priceId, DateTimeOffset at, CancellationToken cancellation)
    {
        try
        {
            var preview = await _client.Value.V1.Invoices.CreatePreviewAsync(
                new()
                {
                    Customer = customer,
                    Subscription = subscription,
                    SubscriptionDetails = new()
                    {
                        Items = [new() { Id = item, Price = priceId }], ProrationBehavior = "always_invoice", ProrationDate = at.UtcDateTime,
                    },
                },
                null,
                cancellation);
            var view = StripeReading.View(preview);
            return new(preview.AmountDue, view.Tax, view.Lines ?? []);
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    /// <summary>Changes the price of the item that pays for an instance, and has charged exactly what was quoted; false, with nothing charged, where that would not be it.</summary>
    public async Task<bool> ChangePriceAsync(
        string key, string customer, string instanceId, string priceId, DateTimeOffset at, long quoted, CancellationToken cancellation)
    {
        if (await LivingAsync(customer, cancellation) is not { } subscription || ItemOf(subscription, instanceId) is not { } item)
        {
            return false;
        }

        // An earlier try may have done it.
        if (PriceOf(subscription, item) == priceId)
        {
            return true;
        }

        if ((await PreviewAsync(customer, subscription.Id, item, priceId, at, cancellation)).AmountDue != quoted)
        {
            return false;
        }

        await AskAsync(
            key,
            options => _client.Value.V1.SubscriptionItems.UpdateAsync(
                item,
                new()
                {
                    Price = priceId, ProrationBehavior = "always_invoice", ProrationDate = at.UtcDateTime, PaymentBehavior = "error_if_incomplete", OffSession = true,
                },
                options,
                cancellation),
            async () => await _client.Value.V1.SubscriptionItems.GetAsync(item, null, null, cancellation) is { } now && now.Price.Id == priceId ? now : null);
        return true;
    }

    /// <summary>Sets what the item that pays for an instance is charged from its next period on.</summary>
    public async Task SetPriceAsync(string customer, string instanceId, string priceId, CancellationToken cancellation)
    {
        if (await LivingAsync(customer, cancellation) is not { } subscription || ItemOf(subscription, instanceId) is not { } item || PriceOf(subscription, item) == priceId)
        {
            return;
        }

        try
        {
            await _client.Value.V1.SubscriptionItems.UpdateAsync(item, new() { Price = priceId, ProrationBehavior = "none" }, null, cancellation);
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    /// <summary>The item that pays for an instance; null where nobody does.</summary>
    public async Task<string?> FindItemAsync(string customer, string instanceId, CancellationToken cancellation) =>
        ItemOf(await LivingAsync(customer, cancellation), instanceId);

    /// <summary>Has an instance no longer paid for; with the last one goes the subscription. Nothing is charged or given back.</summary>
    public async Task EndItemAsync(string key, string customer, string instanceId, CancellationToken cancellation)
    {
        if (await LivingAsync(customer, cancellation) is not { } subscription || ItemOf(subscription, instanceId) is not { } item)
        {
            return;
        }

        try
        {
            if (subscription.Items.Data.Count == 1)
            {
                await _client.Value.V1.Subscriptions.CancelAsync(subscription.Id, new() { Prorate = false, InvoiceNow = false }, new() { IdempotencyKey = key }, cancellation);
            }
            else
            {
                await _client.Value.V1.SubscriptionItems.DeleteAsync(item, new() { ProrationBehavior = "none" }, new() { IdempotencyKey = key }, cancellation);
            }
        }
        catch (StripeException error) when (error.StripeError?.Code == "resource_missing")
        {
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    /// <summary>Asks on behalf of a caller who waits: 503 where there is no answer.</summary>
    public async Task<T> AskedByCallerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is HttpRequestException or TryLaterException or TaskCanceledException { InnerException: TimeoutException } or PaymentRefusedException)
        {
            throw new ProblemException(Away());
        }
    }

    /// <summary>That the payment provider can't be asked now.</summary>
    public static Microsoft.AspNetCore.Mvc.ProblemDetails Away() =>
        Problems.Because(503, "provider_unavailable", "The payment provider can't be asked now", null, ("retryable", true));

    private async Task<Subscription?> LivingAsync(string customer, CancellationToken cancellation) =>
        await FindSubscriptionAsync(customer, null, cancellation) is { Status: not (SubscriptionStatuses.Canceled or SubscriptionStatuses.IncompleteExpired) } living ? living : null;

    private static string PriceOf(Subscription subscription, string item) => subscription.Items.Data.Single(each => each.Id == item).Price.Id;

    private static string? ItemOf(Subscription? subscription, string instanceId) =>
        subscription?.Items.Data.FirstOrDefault(item => item.Metadata?.GetValueOrDefault(StripeReading.InstanceKey) == instanceId)?.Id;

    /// <summary>The subscription as it is now; null where the customer never had one or Stripe knows it no more.</summary>
    /// <param name="customer">Whose.</param>
    /// <param name="known">Its id, where it is known already.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Subscription?> FindSubscriptionAsync(string customer, string? known, CancellationToken cancellation) => ReadAsync(async () =>
        known is not null ? await _client.Value.V1.Subscriptions.GetAsync(known, null, null, cancellation)
        : (await _client.Value.V1.Subscriptions.ListAsync(new() { Customer = customer, Status = "all", Limit = 100 }, null, cancellation))
            .OrderBy(each => each.Status is SubscriptionStatuses.Canceled or SubscriptionStatuses.IncompleteExpired).ThenByDescending(each => each.Created).FirstOrDefault());

    /// <summary>An invoice as it is now; null where it is no more.</summary>
    public Task<Stripe.Invoice?> FindInvoiceAsync(string invoice, CancellationToken cancellation) =>
        ReadAsync<Stripe.Invoice>(async () => await _client.Value.V1.Invoices.GetAsync(invoice, null, null, cancellation));

    /// <summary>A page of a customer's invoices, newest first.</summary>
    public async Task<InvoicesRead> ListInvoicesAsync(InvoiceQuestion question, DateTimeOffset at, CancellationToken cancellation)
    {
        try
        {
            var page = await _client.Value.V1.Invoices.ListAsync(
                new()
                {
                    Customer = question.Customer,
                    Status = question.State is { } state ? Storage.Words.Of(state) : null,
                    Created = question.From is { } from ? new DateRangeOptions { GreaterThanOrEqual = from.UtcDateTime, LessThan = question.To!.Value.UtcDateTime } : null,
                    Limit = question.Limit > 100 ? 100 : question.Limit,
                    StartingAfter = question.After,
                },
                null,
                cancellation);
            return new([.. page.Data.Select(StripeReading.View)], page.HasMore, at);
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    /// <summary>A hosted page as it is now, with the payment method that was left on it; null where it is no more.</summary>
    public Task<Session?> FindPageAsync(string session, CancellationToken cancellation) => ReadAsync<Session>(async () =>
        await _client.Value.V1.Checkout.Sessions.GetAsync(session, new() { Expand = ["setup_intent.payment_method"] }, null, cancellation));

    /// <summary>The customer as he is now, with what is charged; null where he is no more.</summary>
    public Task<Customer?> FindCustomerAsync(string customer, CancellationToken cancellation) => ReadAsync<Customer>(async () =>
        await _client.Value.V1.Customers.GetAsync(customer, new() { Expand = ["invoice_settings.default_payment_method"] }, null, cancellation));

    /// <summary>Has a payment method charged from now on.</summary>
    public Task<Customer> UseAsync(string key, string customer, string method, CancellationToken cancellation) => AskAsync(
        key,
        options => _client.Value.V1.Customers.UpdateAsync(customer, new() { InvoiceSettings = new() { DefaultPaymentMethod = method } }, options, cancellation),
        () => Task.FromResult<Customer?>(null));

    // What can't be found is told apart from what can't be asked.
    private static async Task<T?> ReadAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (StripeException error) when (error.StripeError?.Code == "resource_missing")
        {
            return null;
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }
    }

    // Stripe repeats an error that it remembers under a key for a day. What it did all the same is found; else another key asks again.
    private static async Task<T> AskAsync<T>(string key, Func<RequestOptions, Task<T>> ask, Func<Task<T?>> find)
        where T : class
    {
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                try
                {
                    return await ask(new() { IdempotencyKey = round == 0 ? key : $"{key}:{round}" });
                }
                catch (StripeException error) when (IsRemembered(error))
                {
                    if (await find() is { } found)
                    {
                        return found;
                    }
                }
            }
        }
        catch (StripeException error)
        {
            throw Refusal(error);
        }

        throw new TryLaterException("Stripe remembers an error under every key", TimeSpan.FromHours(1));
    }

    private static bool IsRemembered(StripeException error) =>
        (int)error.HttpStatusCode >= 500 && error.StripeResponse?.Headers.Contains("Idempotent-Replayed") == true;

    /// <summary>What a "no" means. Stripe's words may name a person, so only its codes are told.</summary>
    private static Exception Refusal(StripeException error) => (int)error.HttpStatusCode switch
    {
        400 or 402 or 403 or 404 => new PaymentRefusedException(error.StripeError?.Code ?? error.StripeError?.Type ?? "refused"),
        429 => new TryLaterException("Stripe answered 429", null),
        var status => new HttpRequestException($"Stripe answered {status} ({error.StripeError?.Code ?? "no code"})", null, error.HttpStatusCode),
    };
}
