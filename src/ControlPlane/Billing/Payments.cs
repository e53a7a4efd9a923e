using ControlPlane.Hosting;
using Stripe;
using Stripe.Checkout;

namespace ControlPlane.Billing;

/// <summary>Stripe said no to a call, and will say no to the same call again.</summary>
/// <param name="reason">Stripe's code; its words may name a person.</param>
public sealed class PaymentRefusedException(string reason) : Exception(reason);

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
