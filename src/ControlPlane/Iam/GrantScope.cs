using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using ControlPlane.Storage;

namespace ControlPlane.Iam;

/// <summary>Where a role is to hold, as a client writes it: a path, or the kind and id of what lies there.</summary>
[JsonConverter(typeof(GrantScopeConverter)), Description("A scope such as /tenants/{id} or {\"type\": \"agent_instance\", \"id\": \"ain_…\"} is expected")]
public readonly record struct GrantScope
{
    private readonly string? _path;
    private readonly ScopeKind _kind;
    private readonly string? _id;

    private GrantScope(string? path, ScopeKind kind, string? id) => (_path, _kind, _id) = (path, kind, id);

    /// <summary>The path, where the tenant acted on is this one.</summary>
    public string In(string tenant) => _path ?? ScopePaths.Of(_kind, tenant, _id!);

    public static GrantScope? Parse(string path) => ScopePaths.Read(path) is { } found ? new(path, found.Kind, found.Id) : null;

    public static GrantScope? Parse(JsonElement scope) =>
        scope.ValueKind == JsonValueKind.String ? Parse(scope.GetString()!)
        : scope.ValueKind == JsonValueKind.Object && scope.EnumerateObject().All(member => member.Name is "type" or "id")
            && TextOf(scope, "type") is { } word && ScopeTypes.Find(word) is { } type
            && TextOf(scope, "id") is { Length: > 0 } id && !id.Contains('/', StringComparison.Ordinal)
            ? new(null, type.Kind(), id)
        : null;

    private static string? TextOf(JsonElement scope, string name) =>
        scope.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}

/// <summary>What a scope can be of, in the words of the API.</summary>
public enum ScopeType
{
    Platform,
    Tenant,
    AgentInstance,
    Agent,
    Workspace,
    Billing,
}

public static class ScopeTypes
{
    /// <summary>A workspace is its instance's and has its id; billing is a matter of the whole tenant.</summary>
    public static ScopeKind Kind(this ScopeType type) => type switch
    {
        ScopeType.Platform => ScopeKind.Platform,
        ScopeType.Tenant or ScopeType.Billing => ScopeKind.Tenant,
        ScopeType.Agent => ScopeKind.Agent,
        _ => ScopeKind.AgentInstance,
    };

    public static ScopeType? Find(string word) =>
        Enum.GetValues<ScopeType>().Where(type => Words.Of(type) == word).Select(type => (ScopeType?)type).FirstOrDefault();
}

internal sealed class GrantScopeConverter : JsonConverter<GrantScope>
{
    public override GrantScope Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        GrantScope.Parse(JsonElement.ParseValue(ref reader)) ?? throw new JsonException("This is no scope.");

    public override void Write(Utf8JsonWriter writer, GrantScope value, JsonSerializerOptions options) => throw new NotSupportedException();
}
