using OutsideWorld.Faults;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Providers.Postmark;

/// <summary>Postmark's sending and searching, with one mail room that never sends anything anywhere.</summary>
internal sealed class PostmarkProvider : IProvider
{
    private readonly MailRoom _room;
    private readonly MailHooks _hooks;

    public PostmarkProvider(SandboxClock clock)
    {
        Webhooks = new WebhookPusher(MailHooks.Compose, clock);
        _hooks = new MailHooks(clock, Webhooks.Push);
        _room = new MailRoom(clock);
        _room.Delivered += _hooks.Delivery;
    }

    public string Name => "postmark";

    public WebhookPusher Webhooks { get; }

    public Task RefuseAsync(HttpContext context, int status)
    {
        var failure = status switch
        {
            StatusCodes.Status401Unauthorized => PostmarkFailure.Unauthorized(),
            StatusCodes.Status422UnprocessableEntity => PostmarkFailure.Invalid("Invalid email request"),
            StatusCodes.Status429TooManyRequests => new PostmarkFailure(429, "You have exceeded the rate limit of allowed requests.", status),
            StatusCodes.Status503ServiceUnavailable => new PostmarkFailure(
                100, "The Postmark API is currently undergoing maintenance. Please try again later.", status),
            _ => new PostmarkFailure(status, "Internal Server Error", status),
        };
        return PostmarkEnvelope.WriteAsync(context.Response, status, failure.Body);
    }

    public void Serve(IApplicationBuilder pipeline)
    {
        pipeline.UseMiddleware<PostmarkEnvelope>();
        pipeline.UseFaultsDuring();
        pipeline.UseRouting();
        pipeline.UseEndpoints(routes => PostmarkRoutes.Map(routes, _room));
    }

    public void Control(IEndpointRouteBuilder routes) => PostmarkControl.Map(routes, _room, _hooks);

    public ValueTask DisposeAsync() => Webhooks.DisposeAsync();
}
