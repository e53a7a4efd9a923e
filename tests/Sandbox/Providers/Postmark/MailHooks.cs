using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OutsideWorld.Webhooks;

namespace OutsideWorld.Providers.Postmark;

/// <summary>Tells what became of a message. Postmark signs nothing: a target is protected by its URL or a header.</summary>
internal sealed class MailHooks(SandboxClock clock, Action<WebhookEvent> push)
{
    private const int ServerId = 23;
    private static readonly Dictionary<string, (int Code, string Name, bool Deactivates)> Kinds = new()
    {
        ["HardBounce"] = (1, "Hard bounce", true),
        ["Transient"] = (2, "Message delayed/Undeliverable", false),
        ["SpamNotification"] = (512, "Spam notification", false),
        ["SoftBounce"] = (4096, "Soft bounce", false),
        ["BadEmailAddress"] = (100000, "Invalid email address", true),
        ["SpamComplaint"] = (100001, "Spam complaint", true),
        ["ManuallyDeactivated"] = (100002, "Manually deactivated", true),
        ["Blocked"] = (100006, "ISP block", false),
        ["DMARCPolicy"] = (100009, "Rejected due to DMARC Policy", false),
    };
    private long _lastId = 4_000_000_000;

    public static HttpRequestMessage Compose(WebhookTarget target, WebhookEvent sent)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new StringContent(sent.Text, null, "application/json") };
        request.Headers.TryAddWithoutValidation("User-Agent", "Postmark");
        var credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(target.Url.UserInfo));
        if (credentials.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        return request;
    }

    public void Delivery(OutboundMessage message, string recipient) => push(new(message.MessageId, "Delivery", new JsonObject
    {
        ["RecordType"] = "Delivery",
        ["ServerID"] = ServerId,
        ["MessageStream"] = message.Stream,
        ["MessageID"] = message.MessageId,
        ["Recipient"] = recipient,
        ["Tag"] = message.Tag ?? "",
        ["DeliveredAt"] = PostmarkTime.Write(clock.GetUtcNow()),
        ["Details"] = "smtp;250 2.0.0 OK",
        ["Metadata"] = message.Metadata.DeepClone(),
    }));

    /// <summary>A bounce or a complaint; true when the address becomes inactive by it.</summary>
    public bool Bounce(OutboundMessage message, string recipient, string type)
    {
        if (!Kinds.TryGetValue(type, out var kind))
            throw PostmarkFailure.Invalid($"The sandbox does not know bounces of type '{type}'.");
        var id = Interlocked.Increment(ref _lastId);
        var recordType = type == "SpamComplaint" ? "SpamComplaint" : "Bounce";
        push(new(id.ToString(CultureInfo.InvariantCulture), recordType, new JsonObject
        {
            ["RecordType"] = recordType,
            ["MessageStream"] = message.Stream,
            ["ID"] = id,
            ["Type"] = type,
            ["TypeCode"] = kind.Code,
            ["Name"] = kind.Name,
            ["Tag"] = message.Tag ?? "",
            ["MessageID"] = message.MessageId,
            ["Metadata"] = message.Metadata.DeepClone(),
            ["ServerID"] = ServerId,
            ["Description"] = $"{kind.Name}.",
            ["Details"] = "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            ["Email"] = recipient,
            ["From"] = message.From,
            ["BouncedAt"] = PostmarkTime.Write(clock.GetUtcNow()),
            ["DumpAvailable"] = true,
            ["Inactive"] = kind.Deactivates,
            ["CanActivate"] = kind.Deactivates && type != "SpamComplaint",
            ["Subject"] = message.Subject,
            ["Content"] = "<Full dump of bounce>",
        }));
        return kind.Deactivates;
    }
}
