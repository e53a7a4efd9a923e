using System.Globalization;
using System.Text.Json.Nodes;
using OutsideWorld.Traffic;

namespace OutsideWorld.Providers.Postmark;

internal static class PostmarkRoutes
{
    private const int LargestBatch = 500;
    private const int LargestRequest = 10 * 1024 * 1024;
    private const int DeepestSearch = 10_000;

    public static void Map(IEndpointRouteBuilder routes, MailRoom room)
    {
        routes.MapPost("/email", context => AnswerAsync(context, room.Send(Body(context, LargestRequest), Server(context))));
        routes.MapPost("/email/batch", context => AnswerAsync(context, Batch(Body(context, 5 * LargestRequest), Server(context), room)));
        routes.MapGet("/messages/outbound", context => AnswerAsync(context, Search(context.Request.Query, Server(context), room)));
        routes.MapGet("/messages/outbound/{id}/details", context => AnswerAsync(context, Find(context, room).Details()));
        routes.Map("/{**rest}", context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static JsonArray Batch(JsonNode? json, PostmarkServer server, MailRoom room)
    {
        if (json is not JsonArray messages)
            throw new PostmarkFailure(403, "The JSON received does not match what is expected.");
        if (messages.Count > LargestBatch)
            throw new PostmarkFailure(410, $"Too many batch messages: the maximum is {LargestBatch}.");
        return [.. messages.Select(message => SendOne(message))];

        JsonObject SendOne(JsonNode? message)
        {
            try
            {
                return room.Send(message, server);
            }
            catch (PostmarkFailure failure)
            {
                return failure.Body;
            }
        }
    }

    private static JsonObject Search(IQueryCollection query, PostmarkServer server, MailRoom room)
    {
        var (count, offset) = (Number(query, "count"), Number(query, "offset"));
        if (count is < 1 or > 500 || offset < 0 || count + offset > DeepestSearch)
            throw new PostmarkFailure(701, "Invalid 'count' or 'offset': count is 1 to 500, and both together at most 10000.");
        var (total, page) = room.Search(
            server.Token, message => query.All(filter => Fits(message, filter.Key, filter.Value.ToString())), offset, count);
        return new JsonObject { ["TotalCount"] = total, ["Messages"] = new JsonArray([.. page.Select(message => message.Summary())]) };
    }

    private static bool Fits(OutboundMessage message, string filter, string value) => filter.ToLowerInvariant() switch
    {
        "count" or "offset" => true,
        "recipient" => message.Recipients.Contains(value, StringComparer.OrdinalIgnoreCase),
        "fromemail" => message.From.Contains(value, StringComparison.OrdinalIgnoreCase),
        "tag" => message.Tag == value,
        "subject" => message.Subject?.Contains(value, StringComparison.OrdinalIgnoreCase) == true,
        "status" => value is "sent" or "processed",
        "messagestream" => message.Stream == value,
        var metadata when metadata.StartsWith("metadata_", StringComparison.Ordinal) => message.Metadata.Any(entry =>
            entry.Key.Equals(metadata["metadata_".Length..], StringComparison.OrdinalIgnoreCase) && (string?)entry.Value == value),
        _ => throw new PostmarkFailure(701, $"The sandbox does not imitate the filter '{filter}'."),
    };

    private static OutboundMessage Find(HttpContext context, MailRoom room) =>
        room.Find((string)context.Request.RouteValues["id"]!) is { } message && message.Server == Server(context).Token
            ? message
            : throw new PostmarkFailure(701, "This message was not found.");

    private static JsonNode? Body(HttpContext context, int largest)
    {
        var received = context.Features.GetRequiredFeature<Received>();
        if (received.Text.Length > largest)
            throw new PostmarkFailure(413, "The request is too large.", StatusCodes.Status413PayloadTooLarge);
        return received.Parsed is JsonObject or JsonArray ? received.Parsed : throw new PostmarkFailure(402, "The JSON received is not valid.");
    }

    private static int Number(IQueryCollection query, string name) =>
        int.TryParse(query[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new PostmarkFailure(700, $"The query parameter '{name}' is required.");

    private static PostmarkServer Server(HttpContext context) => context.Features.GetRequiredFeature<PostmarkServer>();

    private static Task AnswerAsync(HttpContext context, JsonNode answer) =>
        PostmarkEnvelope.WriteAsync(context.Response, StatusCodes.Status200OK, answer);
}
