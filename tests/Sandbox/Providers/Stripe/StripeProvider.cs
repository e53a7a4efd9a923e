using OutsideWorld.Faults;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Stripe's API at version 2026-10-28.endive, with one account in test mode.</summary>
internal sealed class StripeProvider : IProvider
{
    private readonly SandboxClock _clock;
    private readonly StripeAccount _account;

    public StripeProvider(SandboxClock clock)
    {
        _clock = clock;
        Webhooks = new WebhookPusher(StripeEvents.Compose, clock);
        _account = new StripeAccount(clock, Webhooks);
        clock.Advanced += CatchUp;
    }

    public string Name => "stripe";

    public WebhookPusher Webhooks { get; }

    public Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.Headers["Request-Id"] = RandomId.New("req_", 14);
        var failure = status switch
        {
            StatusCodes.Status401Unauthorized => new StripeFailure(status, "invalid_request_error", "Invalid API Key provided"),
            StatusCodes.Status402PaymentRequired => new StripeFailure(status, "card_error", "Your card was declined.", "card_declined"),
            StatusCodes.Status409Conflict => new StripeFailure(status, "invalid_request_error",
                "This object cannot be accessed right now because another API request or Stripe process is currently accessing it.", "lock_timeout"),
            StatusCodes.Status429TooManyRequests => new StripeFailure(status, "invalid_request_error", "Request rate limit exceeded.", "rate_limit"),
            < 500 => new StripeFailure(status, "invalid_request_error", "The request was refused."),
            _ => new StripeFailure(status, "api_error", "An unknown error occurred"),
        };
        return failure.WriteAsync(context.Response);
    }

    public void Serve(IApplicationBuilder pipeline)
    {
        pipeline.MapWhen(context => context.Request.Path.StartsWithSegments("/c"), page =>
        {
            page.UseRouting();
            page.UseEndpoints(routes => HostedPage.Map(routes, _account));
        });
        pipeline.UseMiddleware<StripeEnvelope>();
        pipeline.UseMiddleware<IdempotencyKeys>(_clock);
        pipeline.UseFaultsDuring();
        pipeline.UseRouting();
        pipeline.UseEndpoints(routes => StripeRoutes.Map(routes, _account));
    }

    public void Control(IEndpointRouteBuilder routes) => StripeControl.Map(routes, _account);

    public ValueTask DisposeAsync()
    {
        _clock.Advanced -= CatchUp;
        return Webhooks.DisposeAsync();
    }

    private void CatchUp()
    {
        lock (_account.Lock)
            Renewals.CatchUp(_account);
    }
}
