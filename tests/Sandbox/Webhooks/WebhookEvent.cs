using System.Text.Json.Nodes;

namespace OutsideWorld.Webhooks;

/// <summary>Something a provider has to tell.</summary>
internal sealed record WebhookEvent(string Id, string Type, JsonObject Body)
{
    internal string Text { get; } = Body.ToJsonString(Json.Options);
}

/// <summary>One try to tell it.</summary>
public sealed record Delivery(long Index, DateTimeOffset Time, string Target, string EventId, string Type, int Attempt, string Outcome, int? Status);
