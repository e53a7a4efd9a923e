using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

internal sealed record InactiveRecipient(string Email);

/// <summary>What comes back for a message; the first recipient unless another is named.</summary>
internal sealed record BounceMessage(string Type = "HardBounce", string? Recipient = null);

internal static class PostmarkControl
{
    public static void Map(IEndpointRouteBuilder routes, MailRoom room, MailHooks hooks)
    {
        routes.MapGet("/inactive", () => room.Inactive);
        routes.MapPost("/inactive", (InactiveRecipient recipient) => room.Deactivate(recipient.Email));
        routes.MapDelete("/inactive", (string? email) => room.Activate(email));
        routes.MapPost("/messages/{id}/bounce", (string id, BounceMessage? bounce) => Bounce(room, hooks, id, bounce ?? new()));
        routes.MapPost("/messages/{id}/complaint", (string id) => Bounce(room, hooks, id, new("SpamComplaint")));
    }

    private static IResult Bounce(MailRoom room, MailHooks hooks, string id, BounceMessage bounce)
    {
        if (room.Find(id) is not { } message)
            return Results.NotFound(new JsonObject { ["error"] = $"No message {id} was sent." });
        try
        {
            var recipient = bounce.Recipient ?? message.To[0];
            if (hooks.Bounce(message, recipient, bounce.Type))
                room.Deactivate(recipient);
            return Results.NoContent();
        }
        catch (PostmarkFailure failure)
        {
            return Results.BadRequest(failure.Body);
        }
    }
}
