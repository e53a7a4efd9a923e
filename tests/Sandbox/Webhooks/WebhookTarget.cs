namespace OutsideWorld.Webhooks;

/// <summary>A customer's address for webhooks, and what shall go wrong on the way there.</summary>
public sealed record WebhookTarget
{
    public string Id { get; init; } = RandomId.New("tgt_", 12);

    public required Uri Url { get; init; }

    /// <summary>What a provider that signs signs with.</summary>
    public string? Secret { get; init; }

    /// <summary>Sent with every delivery, for example a shared secret.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The kinds of event to send; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Only events whose JSON holds this substring.</summary>
    public string? Contains { get; init; }

    /// <summary>Rendered into the event instead of the provider's current version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>How often each event is sent; 2 makes every one a duplicate.</summary>
    public int Copies { get; init; } = 1;

    public int DelayMs { get; init; }

    /// <summary>Gathers so many events, or what came within a second, and sends the last first.</summary>
    public int Reorder { get; init; } = 1;

    /// <summary>The first so many events never arrive.</summary>
    public int Drop { get; init; }

    /// <summary>Tries until a 2xx answers; the pause between them doubles from 100 ms.</summary>
    public int Attempts { get; init; } = 5;

    internal bool Wants(WebhookEvent sent) =>
        (Types.Count == 0 || Types.Contains(sent.Type)) && (Contains is null || sent.Text.Contains(Contains, StringComparison.Ordinal));
}
