using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

/// <summary>A message that Postmark has accepted.</summary>
internal sealed record OutboundMessage
{
    public required string MessageId { get; init; }

    public required string Server { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string From { get; init; }

    public required IReadOnlyList<string> To { get; init; }

    public required IReadOnlyList<string> Cc { get; init; }

    public required IReadOnlyList<string> Bcc { get; init; }

    public required string Stream { get; init; }

    public required JsonObject Sent { get; init; }

    public string? Subject => (string?)Sent["Subject"];

    public string? Tag => (string?)Sent["Tag"];

    public JsonObject Metadata => Sent["Metadata"] as JsonObject ?? [];

    public IEnumerable<string> Recipients => [.. To, .. Cc, .. Bcc];

    public JsonObject Summary() => new()
    {
        ["Tag"] = Tag ?? "",
        ["MessageID"] = MessageId,
        ["To"] = Addresses(To),
        ["Cc"] = Addresses(Cc),
        ["Bcc"] = Addresses(Bcc),
        ["Recipients"] = new JsonArray([.. Recipients.Select(recipient => JsonValue.Create(recipient))]),
        ["ReceivedAt"] = PostmarkTime.Write(ReceivedAt),
        ["From"] = From,
        ["Subject"] = Subject,
        ["Attachments"] = new JsonArray([.. (Sent["Attachments"] as JsonArray ?? []).Select(attachment => attachment!["Name"]?.DeepClone())]),
        ["Status"] = "Sent",
        ["TrackOpens"] = Sent["TrackOpens"]?.DeepClone() ?? false,
        ["TrackLinks"] = Sent["TrackLinks"]?.DeepClone() ?? "None",
        ["Metadata"] = Metadata.DeepClone(),
        ["MessageStream"] = Stream,
        ["Sandboxed"] = false,
    };

    public JsonObject Details()
    {
        var details = Summary();
        details["TextBody"] = Sent["TextBody"]?.DeepClone() ?? "";
        details["HtmlBody"] = Sent["HtmlBody"]?.DeepClone() ?? "";
        details["MessageEvents"] = new JsonArray();
        return details;
    }

    private static JsonArray Addresses(IReadOnlyList<string> emails) =>
        [.. emails.Select(email => new JsonObject { ["Email"] = email, ["Name"] = null })];
}
