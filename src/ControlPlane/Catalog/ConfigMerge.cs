using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>One merge patch on its way through a configuration.</summary>
internal sealed class ConfigMerge(ConfigAccess by)
{
    public List<Fault> Faults { get; } = [];

    public List<string> Changed { get; } = [];

    public void Patch(JsonObject target, JsonElement patch, JsonSchema schema, string at)
    {
        foreach (var member in patch.EnumerateObject())
        {
            var path = JsonPointer.Of(at, member.Name);
            if (schema.Member(member.Name) is not { } known)
            {
                Faults.Add(new(path, "unknown_path", "The blueprint has no such setting; read its configSchema for those that exist."));
            }
            else if (member.Value.ValueKind == JsonValueKind.Object && ConfigPaths.HasMembers(known))
            {
                Descend(target, member.Name, member.Value, known, path);
            }
            else
            {
                Set(target, member.Name, member.Value, known, path);
            }
        }
    }

    private void Descend(JsonObject target, string name, JsonElement patch, JsonSchema schema, string path)
    {
        var changedBefore = Changed.Count;
        var existing = target[name] as JsonObject;
        var child = existing ?? [];
        if (existing is null)
        {
            target[name] = child;
        }

        Patch(child, patch, schema, path);
        if (existing is null && Changed.Count == changedBefore)
        {
            Faults.AddRange(ConfigPaths.Closed(schema, by, path));
            Changed.Add(path);
        }
    }

    private void Set(JsonObject target, string name, JsonElement value, JsonSchema schema, string path)
    {
        Faults.AddRange(ConfigPaths.Closed(schema, by, path));
        var existed = target.TryGetPropertyValue(name, out var before);
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (target.Remove(name))
            {
                Changed.Add(path);
            }

            return;
        }

        var after = JsonSerializer.SerializeToNode(value);
        if (existed && JsonNode.DeepEquals(before, after))
        {
            return;
        }

        target[name] = after;
        Changed.Add(path);
    }
}

/// <summary>Who may set which path.</summary>
internal static class ConfigPaths
{
    public static bool HasMembers(JsonSchema schema) => schema.IsAnything || schema.Properties.Count > 0 || schema.Additional is not null;

    /// <summary>Writes each path's access down where it counts, so that no later reader has to look upwards.</summary>
    public static JsonSchema Resolve(JsonSchema schema, string? inherited, string at, List<Fault> faults)
    {
        var access = schema.Access ?? inherited;
        if (schema.Access is { } word && !Enum.TryParse<ConfigAccess>(word, ignoreCase: true, out _))
        {
            faults.Add(new(JsonPointer.Of(at, "x-access"), "schema", "Access is locked, platform or customer."));
        }

        if (access is null && schema.Properties.Count == 0 && at.Length > 0)
        {
            faults.Add(new(at, "schema", "Say who may set it with x-access: locked, platform or customer."));
        }

        return (schema.IsAnything ? new JsonSchema { Additional = JsonSchema.Anything } : schema) with
        {
            Access = access,
            Properties = schema.Properties.ToDictionary(p => p.Key, p => Resolve(p.Value, access, JsonPointer.Of(JsonPointer.Of(at, "properties"), p.Key), faults)),
            Additional = schema.Additional is { IsAnything: false } other ? Resolve(other, access, JsonPointer.Of(at, "additionalProperties"), faults) : schema.Additional,
        };
    }

    /// <summary>A fault for every path at or below <paramref name="at"/> that <paramref name="by"/> may not set.</summary>
    public static IEnumerable<Fault> Closed(JsonSchema schema, ConfigAccess by, string at) => schema.Properties.Count > 0
        ? schema.Properties.SelectMany(member => Closed(member.Value, by, JsonPointer.Of(at, member.Key)))
        : Access(schema) switch
        {
            ConfigAccess.Locked => [new(at, "locked_path", "The blueprint fixes this value.")],
            ConfigAccess.Platform when by == ConfigAccess.Customer => [new(at, "platform_path", "Only the platform's staff may set this.")],
            _ => [],
        };

    private static ConfigAccess Access(JsonSchema schema) => Enum.TryParse<ConfigAccess>(schema.Access, ignoreCase: true, out var access) ? access : ConfigAccess.Locked;
}
