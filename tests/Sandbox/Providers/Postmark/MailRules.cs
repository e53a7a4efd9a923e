using System.Net.Mail;
using System.Text;
using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

/// <summary>What Postmark refuses in a message.</summary>
internal static class MailRules
{
    public static readonly IReadOnlyList<string> Streams = ["outbound", "broadcast"];
    private const int MostRecipients = 50;
    private const int LargestBody = 5 * 1024 * 1024;
    private static readonly string[] OfAttachments = ["Name", "Content", "ContentType"];
    private static readonly string[] TrackLinks = ["None", "HtmlAndText", "HtmlOnly", "TextOnly"];

    public static OutboundMessage Read(JsonNode? json, string server, DateTimeOffset now)
    {
        if (json is not JsonObject mail)
            throw new PostmarkFailure(403, "The JSON received does not match what is expected.");
        var from = Text(mail, "From") is { Length: > 0 } sender ? sender : throw PostmarkFailure.Invalid("Invalid 'From' address: ''.");
        Addresses(from, "From");
        var message = new OutboundMessage
        {
            MessageId = Guid.CreateVersion7().ToString(),
            Server = server,
            ReceivedAt = now,
            From = from,
            To = Addresses(Text(mail, "To"), "To"),
            Cc = Addresses(Text(mail, "Cc"), "Cc"),
            Bcc = Addresses(Text(mail, "Bcc"), "Bcc"),
            Stream = Text(mail, "MessageStream") ?? "outbound",
            Sent = (JsonObject)mail.DeepClone(),
        };
        CheckRecipients(message);
        CheckContent(mail);
        CheckMetadata(mail);
        if (!Streams.Contains(message.Stream))
            throw new PostmarkFailure(1235, "The 'MessageStream' provided does not exist on this server.");
        return message;
    }

    private static void CheckRecipients(OutboundMessage message)
    {
        if (message.To.Count == 0)
            throw PostmarkFailure.Invalid("Zero recipients specified");
        if (message.Recipients.Count() > MostRecipients)
            throw PostmarkFailure.Invalid($"Error parsing recipients: maximum of {MostRecipients} recipients allowed per email message.");
    }

    private static void CheckContent(JsonObject mail)
    {
        var (html, text) = (Text(mail, "HtmlBody"), Text(mail, "TextBody"));
        if (string.IsNullOrEmpty(html) && string.IsNullOrEmpty(text))
            throw PostmarkFailure.Invalid("Provide either email TextBody or HtmlBody or both.");
        if (Encoding.UTF8.GetByteCount(html ?? "") > LargestBody || Encoding.UTF8.GetByteCount(text ?? "") > LargestBody)
            throw PostmarkFailure.Invalid("The TextBody or HtmlBody exceeds the maximum size of 5 MB.");
        if (Text(mail, "Subject") is { Length: > 2_000 })
            throw PostmarkFailure.Invalid("The Subject is too long; 2000 characters at most.");
        if (Text(mail, "Tag") is { Length: > 1_000 })
            throw PostmarkFailure.Invalid("The Tag is too long; 1000 characters at most.");
        if (Text(mail, "TrackLinks") is { } track && !TrackLinks.Contains(track))
            throw PostmarkFailure.Invalid($"Invalid 'TrackLinks' value: '{track}'.");
        if ((mail["Attachments"] as JsonArray ?? []).Any(file => file is not JsonObject || Array.Exists(OfAttachments, field => file[field] is null)))
            throw PostmarkFailure.Invalid("Each attachment needs Name, Content and ContentType.");
    }

    private static void CheckMetadata(JsonObject mail)
    {
        if (mail["Metadata"] is null)
            return;
        if (mail["Metadata"] is not JsonObject metadata
            || metadata.Any(entry => entry.Value is not JsonValue value || !value.TryGetValue<string>(out _)))
            throw new PostmarkFailure(403, "The JSON received does not match what is expected: Metadata is an object of strings.");
        if (metadata.Select(entry => entry.Key).Distinct(StringComparer.OrdinalIgnoreCase).Count() < metadata.Count)
            throw PostmarkFailure.Invalid("Metadata names must be unique, whatever their case.");
    }

    private static List<string> Addresses(string? list, string field)
    {
        if (string.IsNullOrWhiteSpace(list))
            return [];
        var collection = new MailAddressCollection();
        try
        {
            collection.Add(list);
        }
        catch (FormatException)
        {
            throw PostmarkFailure.Invalid(field == "From"
                ? $"Invalid 'From' address: '{list}'."
                : $"Error parsing '{field}': Illegal email address '{list}'.");
        }
        return [.. collection.Select(address => address.Address)];
    }

    private static string? Text(JsonObject mail, string field) => mail[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new PostmarkFailure(403, $"The JSON received does not match what is expected: '{field}' is a string."),
    };
}
