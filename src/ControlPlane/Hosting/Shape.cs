using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Hosting;

/// <summary>Text that may hold line breaks and tabs; every other text is one line without control characters.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MultilineAttribute : Attribute;

/// <summary>Compares JSON with the .NET type it is meant for, by its members and their annotations, and collects every fault.</summary>
public static class Shape
{
    public const int MaxText = 1000;

    private static readonly ConcurrentDictionary<JsonTypeInfo, Dictionary<string, Member>> Members = new();

    public static void Check(JsonElement json, Type type, string pointer, List<Fault> faults)
    {
        type = Patches.ValueOf(type) ?? Nullable.GetUnderlyingType(type) ?? type;
        if (typeof(JsonNode).IsAssignableFrom(type) || type == typeof(JsonElement))
        {
            if (type == typeof(JsonObject) && json.ValueKind != JsonValueKind.Object)
            {
                faults.Add(new(pointer, "type", "An object is expected"));
            }

            return;
        }

        var info = Json.Http.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(json, info, pointer, faults);
                break;
            case JsonTypeInfoKind.Enumerable:
                CheckItems(json, info.ElementType!, pointer, faults);
                break;
            case JsonTypeInfoKind.Dictionary:
                CheckEntries(json, info.ElementType!, pointer, faults);
                break;
            default:
                CheckScalar(json, type, pointer, faults);
                break;
        }
    }

    private static void CheckObject(JsonElement json, JsonTypeInfo info, string pointer, List<Fault> faults)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(pointer, "type", "An object is expected"));
            return;
        }

        var members = Members.GetOrAdd(info, static info => info.Properties.Where(IsSettable).ToDictionary(p => p.Name, p => new Member(p)));
        foreach (var given in json.EnumerateObject().Where(given => !members.ContainsKey(given.Name)))
        {
            faults.Add(new(Below(pointer, given.Name), pointer == "?" ? "unknown_parameter" : "unknown_field", $"There is no field {given.Name}"));
        }

        foreach (var (name, member) in members)
        {
            if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (member.IsRequired)
                {
                    faults.Add(new(Below(pointer, name), "required", $"{name} is required"));
                }

                continue;
            }

            var (place, before) = (Below(pointer, name), faults.Count);
            Check(value, member.Property.PropertyType, place, faults);
            if (faults.Count == before)
            {
                CheckAnnotations(value, member, place, faults);
            }
        }
    }

    private static void CheckItems(JsonElement json, Type element, string pointer, List<Fault> faults)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(pointer, "type", "An array is expected"));
            return;
        }

        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            var place = Below(pointer, index++.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (item.ValueKind == JsonValueKind.Null)
            {
                faults.Add(new(place, "required", "null is not allowed here"));
            }
            else
            {
                Check(item, element, place, faults);
            }
        }
    }

    private static void CheckEntries(JsonElement json, Type element, string pointer, List<Fault> faults)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(pointer, "type", "An object is expected"));
            return;
        }

        foreach (var entry in json.EnumerateObject())
        {
            Check(entry.Value, element, Below(pointer, entry.Name), faults);
        }
    }

    private static void CheckScalar(JsonElement json, Type type, string pointer, List<Fault> faults)
    {
        if (type.IsEnum)
        {
            var words = Enum.GetNames(type).Select(Words.Of).ToArray();
            if (json.ValueKind != JsonValueKind.String || !words.Contains(json.GetString()))
            {
                faults.Add(new(pointer, "not_one_of", $"One of {string.Join(", ", words)} is expected"));
            }

            return;
        }

        try
        {
            json.Deserialize(type, Json.Http);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            faults.Add(new(pointer, "type", Expected(type)));
        }
    }

    private static void CheckAnnotations(JsonElement value, Member member, string place, List<Fault> faults)
    {
        var annotations = member.Annotations;
        if (value.ValueKind == JsonValueKind.String && (member.Property.PropertyType == typeof(string) || member.Property.PropertyType == typeof(Personal)))
        {
            CheckText(value.GetString()!, annotations, place, faults);
        }

        object? plain = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
            JsonValueKind.Array => value.EnumerateArray().Cast<object>().ToArray(),
            _ => null,
        };
        foreach (var annotation in annotations.OfType<ValidationAttribute>().Where(a => plain is not null && !IsOfText(a, plain) && !a.IsValid(plain)))
        {
            faults.Add(new(place, CodeOf(annotation), annotation.FormatErrorMessage(member.Property.Name)));
        }
    }

    // Length and presence of text are told by CheckText.
    private static bool IsOfText(ValidationAttribute annotation, object plain) =>
        annotation is RequiredAttribute || (plain is string && annotation is MaxLengthAttribute or StringLengthAttribute);

    private static void CheckText(string text, object[] annotations, string place, List<Fault> faults)
    {
        var limit = annotations.OfType<MaxLengthAttribute>().FirstOrDefault()?.Length
            ?? annotations.OfType<StringLengthAttribute>().FirstOrDefault()?.MaximumLength ?? MaxText;
        var multiline = annotations.OfType<MultilineAttribute>().Any();
        if (text.Length > limit)
        {
            faults.Add(new(place, "too_long", $"At most {limit} characters"));
        }

        if (annotations.OfType<StringLengthAttribute>().FirstOrDefault()?.MinimumLength is { } least && text.Length < least)
        {
            faults.Add(new(place, "too_short", $"At least {least} characters"));
        }

        if (string.IsNullOrWhiteSpace(text) && annotations.OfType<RequiredAttribute>().Any())
        {
            faults.Add(new(place, "required", "Must not be empty"));
        }

        if (text.Any(c => char.IsControl(c) && !(multiline && c is '\n' or '\t')) || !text.IsNormalized(NormalizationForm.FormC))
        {
            faults.Add(new(place, "characters", "Unicode NFC without control characters is expected"));
        }
    }

    /// <summary>Whether the member can be given.</summary>
    public static bool IsSettable(JsonPropertyInfo member) => member.Set is not null || member.AssociatedParameter is not null;

    /// <summary>Whether the member must be given.</summary>
    public static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || member.AttributeProvider?.IsDefined(typeof(RequiredAttribute), true) == true
        || member.AssociatedParameter is { HasDefaultValue: false, IsNullable: false };

    /// <summary>What is asked of a member, found out once.</summary>
    private sealed record Member(JsonPropertyInfo Property)
    {
        public bool IsRequired { get; } = Shape.IsRequired(Property);

        public object[] Annotations { get; } = Property.AttributeProvider!.GetCustomAttributes(true);
    }

    private static string Below(string pointer, string name) =>
        pointer == "?" ? $"?{name}" : $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private static string CodeOf(ValidationAttribute annotation) => annotation switch
    {
        RangeAttribute => "out_of_range",
        MinLengthAttribute => "too_short",
        MaxLengthAttribute => "too_long",
        _ => "format",
    };

    private static string Expected(Type type) =>
        type.GetCustomAttribute<DescriptionAttribute>() is { } words ? words.Description
        : type == typeof(DateTimeOffset) ? "A time as in RFC 3339 is expected"
        : type == typeof(bool) ? "true or false is expected"
        : type == typeof(string) || type == typeof(Personal) ? "A text is expected"
        : type == typeof(int) || type == typeof(long) ? "A whole number is expected"
        : "A number is expected";
}
