using OutsideWorld.Faults;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Control;

/// <summary>What every provider's control has: its log, its faults, its webhook targets.</summary>
internal static class ProviderRoutes
{
    public static void MapProvider(this IEndpointRouteBuilder app, FrontDesk desk)
    {
        var routes = app.MapGroup("/_sandbox/" + desk.Provider.Name);
        routes.MapGet("/log", (long? since, string? contains) => desk.Log.Read(since ?? 0, contains));
        MapFaults(routes.MapGroup("/faults"), desk.Faults);
        if (desk.Provider.Webhooks is { } pusher)
            MapWebhooks(routes, pusher);
        desk.Provider.Control(routes);
    }

    private static void MapFaults(RouteGroupBuilder routes, FaultBook faults)
    {
        routes.MapGet("", () => faults.Waiting);
        routes.MapPost("", (Fault fault) => faults.TryAdd(fault)
            ? TypedResults.Json(fault, statusCode: StatusCodes.Status201Created)
            : throw new BadHttpRequestException("Too many faults are waiting; clear some.", StatusCodes.Status409Conflict));
        routes.MapDelete("", () => faults.Clear(id: null));
        routes.MapDelete("/{id}", (string id) => faults.Clear(id));
    }

    private static void MapWebhooks(RouteGroupBuilder routes, WebhookPusher pusher)
    {
        routes.MapGet("/webhooks", () => pusher.Targets);
        routes.MapPost("/webhooks", (WebhookTarget target) =>
        {
            if (!target.Url.IsAbsoluteUri || !target.Url.IsLoopback)
                throw new BadHttpRequestException("The sandbox calls loopback addresses only.");
            pusher.Add(target);
            return TypedResults.Json(target, statusCode: StatusCodes.Status201Created);
        });
        routes.MapDelete("/webhooks", () => pusher.Remove(id: null));
        routes.MapDelete("/webhooks/{id}", (string id) => pusher.Remove(id));
        routes.MapGet("/deliveries", (long? since, string? eventId) => pusher.Deliveries(since ?? 0, eventId));
    }
}
