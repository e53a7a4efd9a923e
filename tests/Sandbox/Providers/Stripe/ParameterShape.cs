using System.Globalization;
using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>The parameters an operation knows, read from <c>Parameters/*.txt</c>: one path and its kind a line.</summary>
internal sealed class ParameterShape
{
    private const int LongestText = 5_000;
    private readonly Dictionary<string, ParameterShape> _children = [];
    private ParameterShape? _item;
    private bool _isMap;
    private string? _kind;

    public static ParameterShape Load(string operation)
    {
        var root = new ParameterShape();
        using var file = typeof(ParameterShape).Assembly.GetManifestResourceStream("stripe/" + operation)
            ?? throw new ArgumentException($"No parameters are written down for {operation}.", nameof(operation));
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            var (path, kind) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
            path.Split('.').Aggregate(root, (at, step) => at.Step(step))._kind = kind;
        }
        return root;
    }

    /// <summary>Refuses what Stripe would not understand; <paramref name="unset"/> lets an empty value clear a field.</summary>
    public void Check(JsonObject parameters, bool unset)
    {
        foreach (var (name, value) in parameters)
            Child(name, name).Check(value, name, unset);
    }

    private ParameterShape Step(string step)
    {
        var name = step.TrimEnd('[', ']', '{', '}');
        if (!_children.TryGetValue(name, out var child))
            _children[name] = child = new();
        child._isMap |= step.EndsWith("{}", StringComparison.Ordinal);
        return step.EndsWith("[]", StringComparison.Ordinal) ? child._item ??= new() : child;
    }

    private ParameterShape Child(string name, string at) => _children.GetValueOrDefault(name) ?? throw StripeFailure.Unknown(at);

    private void Check(JsonNode? value, string at, bool unset)
    {
        if (_kind == "any")
            return;
        switch (value)
        {
            case JsonArray items when _item is not null:
                for (var i = 0; i < items.Count; i++)
                    _item.Check(items[i], $"{at}[{i}]", unset);
                break;
            case JsonArray:
                throw StripeFailure.Unknown($"{at}[0]");
            case JsonObject entries when _isMap:
                CheckMap(entries, at);
                break;
            case JsonObject fields when _item is null:
                foreach (var (name, field) in fields)
                    Child(name, $"{at}[{name}]").Check(field, $"{at}[{name}]", unset);
                break;
            case JsonObject:
                throw StripeFailure.Malformed($"Invalid array: {at}", param: at);
            default:
                CheckText(value!.GetValue<string>(), at, unset);
                break;
        }
    }

    private static void CheckMap(JsonObject entries, string at)
    {
        if (entries.Count > 50)
            throw StripeFailure.Malformed("Metadata can have at most 50 keys.", param: at);
        foreach (var (key, value) in entries)
        {
            var here = $"{at}[{key}]";
            if (value is not JsonValue text)
                throw StripeFailure.Malformed($"Metadata values must be strings, but for key {key} you passed in a value of type hash", param: here);
            if (key.Length > 40)
                throw TooLong("keys", 40, key.Length, key, at);
            if (text.GetValue<string>().Length is > 500 and var length)
                throw TooLong("values", 500, length, key, here);
        }
    }

    private static StripeFailure TooLong(string what, int most, int length, string key, string at) => StripeFailure.Malformed(
        $"Metadata {what} must be at most {most} characters, but you passed in one with {length} characters. Key: {key}", param: at);

    private void CheckText(string text, string at, bool unset)
    {
        if (text.Length == 0)
        {
            if (unset || _isMap)
                return;
            throw StripeFailure.Malformed($"You passed an empty string for '{at}'. We assume empty values are an attempt to unset a field; "
                + $"however '{at}' cannot be unset. You should remove '{at}' from your request or supply a non-empty value.", "parameter_invalid_empty", at);
        }
        if (_kind is null)
            throw StripeFailure.Malformed($"Invalid {(_item is null ? "object" : "array")}: {text}", param: at);
        if (!IsA(_kind, text))
            throw Mistyped(_kind, text, at);
    }

    private static bool IsA(string kind, string text) => kind switch
    {
        "string" => text.Length <= LongestText,
        "integer" or "timestamp" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "decimal" => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _),
        "boolean" => text is "true" or "false",
        _ => kind.Split('|').Contains(text),
    };

    private static StripeFailure Mistyped(string kind, string text, string at) => kind switch
    {
        "string" => StripeFailure.Malformed($"Invalid string: {text[..20]}…; must be at most {LongestText} characters", param: at),
        "integer" or "timestamp" => StripeFailure.Malformed($"Invalid integer: {text}", "parameter_invalid_integer", at),
        "decimal" or "boolean" => StripeFailure.Malformed($"Invalid {kind}: {text}", param: at),
        _ => StripeFailure.Malformed($"Invalid {at}: must be one of {kind.Replace("|", ", ", StringComparison.Ordinal)}", param: at),
    };
}
