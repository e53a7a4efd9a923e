using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>
/// The filters that a subscriber of events may write: the dialects <c>exact</c>, <c>prefix</c>, <c>suffix</c>, <c>all</c>, <c>any</c> and
/// <c>not</c> of the CloudEvents Subscriptions API, and <c>data</c> for predicates on what an event says.
/// </summary>
public static class HookFilter
{
    public const int MaxBytes = 4096;
    public const int MaxDepth = 8;
    public const int MaxNodes = 64;

    private static readonly string[] Dialects = ["exact", "prefix", "suffix", "all", "any", "not", "data"];
    private static readonly string[] Attributes = ["id", "source", "type", "subject", "time", "tenantid", "sequence", "streamversion", "partitionkey", "correlationid", "causationid"];
    private static readonly string[] Operators = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "exists"];

    /// <summary>What is wrong with a filter; <paramref name="fields"/> are the paths of the data that may be asked for.</summary>
    public static IReadOnlyList<Fault> Faults(JsonElement filter, IReadOnlyCollection<string> fields)
    {
        if (filter.GetRawText().Length > MaxBytes)
        {
            return [new("", "too_large", $"A filter has at most {MaxBytes} bytes.")];
        }

        var check = new Check(fields);
        check.Node(filter, "", 1);
        return check.Faults;
    }

    private sealed class Check(IReadOnlyCollection<string> fields)
    {
        private int _nodes;

        public List<Fault> Faults { get; } = [];

        public void Node(JsonElement node, string at, int depth)
        {
            if (++_nodes == MaxNodes + 1)
            {
                Fault("", "too_many_nodes", $"A filter has at most {MaxNodes} nodes.");
            }

            if (_nodes > MaxNodes)
            {
                return;
            }

            if (depth > MaxDepth)
            {
                Fault(at, "too_deep", $"Filters are nested at most {MaxDepth} times.");
            }
            else if (node.ValueKind != JsonValueKind.Object || node.EnumerateObject().Count() != 1)
            {
                Fault(at, "type", $"A filter is an object with one of {string.Join(", ", Dialects)}.");
            }
            else
            {
                Dialect(node.EnumerateObject().Single(), at, depth);
            }
        }

        private void Dialect(JsonProperty dialect, string above, int depth)
        {
            var at = JsonPointer.Of(above, dialect.Name);
            switch (dialect.Name)
            {
                case "exact" or "prefix" or "suffix":
                    Attribute(dialect.Value, at);
                    break;
                case "all" or "any":
                    Each(dialect.Value, at, depth);
                    break;
                case "not":
                    Node(dialect.Value, at, depth + 1);
                    break;
                case "data":
                    Predicate(dialect.Value, at);
                    break;
                default:
                    Fault(at, "unknown_dialect", $"Write one of {string.Join(", ", Dialects)}.");
                    break;
            }
        }

        private void Attribute(JsonElement value, string at)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Any())
            {
                Fault(at, "type", "An object of attributes and texts is expected.");
                return;
            }

            foreach (var attribute in value.EnumerateObject())
            {
                if (!Attributes.Contains(attribute.Name))
                {
                    Fault(JsonPointer.Of(at, attribute.Name), "unknown_attribute", $"Write one of {string.Join(", ", Attributes)}.");
                }
                else if (attribute.Value.ValueKind != JsonValueKind.String || attribute.Value.GetString()!.Length == 0)
                {
                    Fault(JsonPointer.Of(at, attribute.Name), "type", "A text that is not empty is expected.");
                }
            }
        }

        private void Each(JsonElement value, string at, int depth)
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            {
                Fault(at, "type", "A list of at least one filter is expected.");
                return;
            }

            foreach (var (index, inner) in value.EnumerateArray().Index())
            {
                Node(inner, JsonPointer.Of(at, index), depth + 1);
            }
        }

        private void Predicate(JsonElement value, string at)
        {
            var members = value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value) : [];
            if (!members.TryGetValue("path", out var path) || path.ValueKind != JsonValueKind.String || !members.TryGetValue("op", out var op) || op.ValueKind != JsonValueKind.String
                || members.Keys.Except(["path", "op", "value"]).Any())
            {
                Fault(at, "type", "An object with path, op and value is expected.");
                return;
            }

            if (!fields.Contains(path.GetString()!))
            {
                Fault(JsonPointer.Of(at, "path"), "field_not_allowed", fields.Count == 0 ? "The profile lets no field of the data be asked for." : $"Write one of {string.Join(", ", fields)}.");
            }

            var isKnown = Operators.Contains(op.GetString());
            if (!isKnown)
            {
                Fault(JsonPointer.Of(at, "op"), "not_one_of", $"Write one of {string.Join(", ", Operators)}.");
            }
            else if (!Takes(op.GetString()!, members.TryGetValue("value", out var operand) ? operand.ValueKind : null))
            {
                Fault(JsonPointer.Of(at, "value"), "type", op.GetString() switch
                {
                    "in" => "A list is expected.",
                    "exists" => "true or false is expected, or nothing.",
                    "eq" or "ne" => "A text, a number, true or false is expected.",
                    _ => "A text or a number is expected.",
                });
            }
        }

        private static bool Takes(string op, JsonValueKind? kind) => (op, kind) switch
        {
            ("in", JsonValueKind.Array) => true,
            ("exists", null or JsonValueKind.True or JsonValueKind.False) => true,
            ("eq" or "ne", JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) => true,
            ("gt" or "gte" or "lt" or "lte", JsonValueKind.String or JsonValueKind.Number) => true,
            _ => false,
        };

        private void Fault(string at, string code, string message) => Faults.Add(new(at, code, message));
    }
}
