using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

/// <summary>Everything that was sent, and who can no longer be written to.</summary>
internal sealed class MailRoom(SandboxClock clock)
{
    private const int Capacity = 50_000;
    private readonly Lock _lock = new();
    private readonly LinkedList<OutboundMessage> _messages = new();
    private readonly Dictionary<string, OutboundMessage> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _inactive = new(StringComparer.OrdinalIgnoreCase);

    public event Action<OutboundMessage, string>? Delivered;

    public IReadOnlyList<string> Inactive
    {
        get
        {
            lock (_lock)
                return [.. _inactive.Order(StringComparer.Ordinal)];
        }
    }

    public void Deactivate(string email)
    {
        lock (_lock)
            _inactive.Add(email);
    }

    public void Activate(string? email)
    {
        lock (_lock)
            _inactive.RemoveWhere(inactive => email is null || inactive.Equals(email, StringComparison.OrdinalIgnoreCase));
    }

    public OutboundMessage? Find(string id)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(id);
    }

    public JsonObject Send(JsonNode? json, PostmarkServer server)
    {
        var message = MailRules.Read(json, server.Token, clock.GetUtcNow());
        if (server.IsTest)
            return Receipt(message, "Test job accepted");
        List<string> unreachable;
        lock (_lock)
        {
            unreachable = [.. message.Recipients.Where(_inactive.Contains)];
            if (unreachable.Count == message.Recipients.Count())
                throw AllInactive(unreachable);
            Keep(message);
        }
        foreach (var recipient in message.Recipients.Except(unreachable))
            Delivered?.Invoke(message, recipient);
        return Receipt(message, unreachable.Count == 0
            ? "OK"
            : $"Message OK, but will not deliver to these inactive addresses: {string.Join(", ", unreachable)}.");
    }

    /// <summary>Newest first, as the server that sent them sees them.</summary>
    public (int Total, IReadOnlyList<OutboundMessage> Page) Search(string server, Func<OutboundMessage, bool> fits, int offset, int count)
    {
        lock (_lock)
        {
            var found = _messages.Where(message => message.Server == server && fits(message)).ToList();
            return (found.Count, [.. found.Skip(offset).Take(count)]);
        }
    }

    private void Keep(OutboundMessage message)
    {
        _messages.AddFirst(message);
        _byId.Add(message.MessageId, message);
        if (_messages.Count > Capacity)
        {
            _byId.Remove(_messages.Last!.Value.MessageId);
            _messages.RemoveLast();
        }
    }

    private static JsonObject Receipt(OutboundMessage message, string text) => new()
    {
        ["To"] = (string?)message.Sent["To"],
        ["SubmittedAt"] = PostmarkTime.Write(message.ReceivedAt),
        ["MessageID"] = message.MessageId,
        ["ErrorCode"] = 0,
        ["Message"] = text,
    };

    private static PostmarkFailure AllInactive(IEnumerable<string> recipients) => new(406,
        $"You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: {string.Join(", ", recipients)}. "
        + "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression.");
}
