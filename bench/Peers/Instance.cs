using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Peers;

/// <summary>The body of a create.</summary>
public sealed record Draft([property: Required] string BlueprintRef, [property: Required, MaxLength(80)] string DisplayName)
{
    public bool IsValid => BlueprintRef.Length > 0 && DisplayName.Length is > 0 and <= 80 && !DisplayName.Any(char.IsControl);
}

/// <summary>The resource: what both peers store and show.</summary>
public sealed record Instance(
    string Id, string DisplayName, string State, string BlueprintRef, string PlanRef, string Region, string OwnerPrincipalId, int Generation,
    IReadOnlyDictionary<string, string> Labels, JsonElement Config, string RuntimePhase, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private static readonly JsonElement Defaults = JsonSerializer.Deserialize<JsonElement>(
        """{"language":"en","model":{"provider":"openai","name":"gpt-5-mini","temperature":0.7},"runtime":{"memoryMb":512,"idleMinutes":30}}""");

    public static Instance From(Draft draft, Caller caller, DateTimeOffset now) => new(
        $"ain_{Guid.CreateVersion7():N}", draft.DisplayName, "draft", draft.BlueprintRef, "solo@2", "eu-central", caller.Principal, 1,
        new Dictionary<string, string>(), Defaults, "not_provisioned", now, now);
}

/// <summary>A page of a list.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

public static class Pages
{
    public static Page<T> Of<T>(List<T> found, int limit, Func<T, string> id) =>
        found.Count <= limit ? new(found, null) : new([.. found.Take(limit)], id(found[limit - 1]));
}
