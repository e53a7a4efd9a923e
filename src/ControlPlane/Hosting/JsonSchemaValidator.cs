using System.Globalization;
using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>Tells everything that is wrong with a value, not just the first thing.</summary>
public static class JsonSchemaValidator
{
    public static IReadOnlyList<Fault> Faults(this JsonSchema schema, JsonElement value, string pointer = "")
    {
        var faults = new List<Fault>();
        Check(schema, value, pointer, faults);
        return faults;
    }

    private static void Check(JsonSchema schema, JsonElement value, string at, List<Fault> faults)
    {
        if (schema.IsAnything)
        {
            return;
        }

        void Say(string code, string message) => faults.Add(new(at, code, message));

        if (schema.Types.Count > 0 && !schema.Types.Any(type => Is(type, value)))
        {
            Say("type", $"Write {string.Join(" or ", schema.Types.Select(Article))} here, not {Article(TypeOf(value))}.");
        }
        else if (schema.Enum is { } choices && !choices.Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            Say("not_one_of", $"Choose one of {string.Join(", ", choices)}.");
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(schema, value, at, faults);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            CheckArray(schema, value, at, faults, Say);
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            CheckString(schema, value.GetString()!, Say);
        }
        else if (value.ValueKind == JsonValueKind.Number)
        {
            CheckNumber(schema, value, Say);
        }
    }

    private static void CheckObject(JsonSchema schema, JsonElement value, string at, List<Fault> faults)
    {
        foreach (var name in schema.Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                faults.Add(new(JsonPointer.Of(at, name), "required", $"Add '{name}', it is required."));
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.Member(member.Name) is { } known)
            {
                Check(known, member.Value, JsonPointer.Of(at, member.Name), faults);
            }
            else
            {
                faults.Add(new(JsonPointer.Of(at, member.Name), "unknown_field", Unknown(member.Name, schema)));
            }
        }
    }

    private static void CheckArray(JsonSchema schema, JsonElement value, string at, List<Fault> faults, Action<string, string> say)
    {
        var items = value.EnumerateArray().ToArray();
        if (items.Length < schema.MinItems)
        {
            say("too_short", $"List at least {schema.MinItems}.");
        }

        if (items.Length > schema.MaxItems)
        {
            say("too_long", $"List at most {schema.MaxItems}.");
        }

        for (var i = 0; i < items.Length; i++)
        {
            Check(schema.Items ?? JsonSchema.Anything, items[i], JsonPointer.Of(at, i), faults);
            if (schema.UniqueItems && items.Take(i).Any(earlier => JsonElement.DeepEquals(earlier, items[i])))
            {
                faults.Add(new(JsonPointer.Of(at, i), "repeated", "List each item once."));
            }
        }
    }

    private static void CheckString(JsonSchema schema, string text, Action<string, string> say)
    {
        var length = text.EnumerateRunes().Count();
        if (length < schema.MinLength)
        {
            say("too_short", $"Write at least {schema.MinLength} characters.");
        }

        if (length > schema.MaxLength)
        {
            say("too_long", $"Write at most {schema.MaxLength} characters.");
        }

        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            say("format", $"Write it in the form {pattern}.");
        }

        if (schema.Format is { } format && !JsonFormats.Holds(format, text))
        {
            say("format", $"Write {JsonFormats.Expected(format)}.");
        }
    }

    private static void CheckNumber(JsonSchema schema, JsonElement value, Action<string, string> say)
    {
        if (!value.TryGetDecimal(out var number))
        {
            say("out_of_range", "Write a number of at most 28 digits.");
        }
        else if (number < schema.Minimum || number <= schema.ExclusiveMinimum)
        {
            say("out_of_range", $"Write {(schema.Minimum is { } least ? $"{Text(least)} or more" : $"more than {Text(schema.ExclusiveMinimum)}")}.");
        }
        else if (number > schema.Maximum || number >= schema.ExclusiveMaximum)
        {
            say("out_of_range", $"Write {(schema.Maximum is { } most ? $"{Text(most)} or less" : $"less than {Text(schema.ExclusiveMaximum)}")}.");
        }
        else if (number % schema.MultipleOf is not (null or 0))
        {
            say("out_of_range", $"Write a multiple of {Text(schema.MultipleOf)}.");
        }
    }

    private static bool Is(string type, JsonElement value) => TypeOf(value) is var actual && (actual == type || (type == "number" && actual == "integer"));

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny(".eE") ? "number" : "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    private static string Article(string type) => type switch { "null" => type, "object" or "array" or "integer" => $"an {type}", _ => $"a {type}" };

    private static string Text(decimal? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    private static string Unknown(string name, JsonSchema schema) => schema.Properties.Count == 0
        ? $"Remove '{name}', nothing may stand here."
        : $"Remove '{name}' or name it as one of {string.Join(", ", schema.Properties.Keys)}.";
}
