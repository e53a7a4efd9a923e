using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>
/// A compiled schema in a strict subset of JSON Schema 2020-12. The subset holds what is listed in <see cref="JsonSchemaCompiler"/>;
/// any other keyword is refused when the schema is read, so no rule that someone wrote is ever passed over in silence.
/// Stricter than the standard in two points: objects are closed unless <c>additionalProperties</c> is a schema,
/// and an integer is written without fraction or exponent.
/// </summary>
public sealed record JsonSchema
{
    public static readonly JsonSchema Anything = new();

    /// <summary>The types that are admitted; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];
    public IReadOnlyDictionary<string, JsonSchema> Properties { get; init; } = new Dictionary<string, JsonSchema>();
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>The schema of members that <see cref="Properties"/> does not name; none: there may be no such members.</summary>
    public JsonSchema? Additional { get; init; }
    public JsonSchema? Items { get; init; }
    public IReadOnlyList<JsonElement>? Enum { get; init; }
    public decimal? Minimum { get; init; }
    public decimal? Maximum { get; init; }
    public decimal? ExclusiveMinimum { get; init; }
    public decimal? ExclusiveMaximum { get; init; }
    public decimal? MultipleOf { get; init; }
    public int? MinLength { get; init; }
    public int? MaxLength { get; init; }
    public int? MinItems { get; init; }
    public int? MaxItems { get; init; }
    public bool UniqueItems { get; init; }
    public JsonPattern? Pattern { get; init; }
    public string? Format { get; init; }

    /// <summary><c>x-access</c>: who may set the value.</summary>
    public string? Access { get; init; }

    public bool IsAnything => ReferenceEquals(this, Anything);

    /// <summary>The schema of one member, or null when an object of this schema has no such member.</summary>
    public JsonSchema? Member(string name) => IsAnything ? Anything : Properties.TryGetValue(name, out var schema) ? schema : Additional;
}
