using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>What <see cref="Shape"/> checks of a member, as keywords of its schema.</summary>
internal static class Constraints
{
    public static void Add(JsonObject schema, PropertyInfo property)
    {
        var isText = (string?)schema["type"] == "string" && schema["format"] is null && schema["description"] is null;
        if (isText)
        {
            schema["maxLength"] = Shape.MaxText;
        }

        foreach (var annotation in property.GetCustomAttributes<ValidationAttribute>())
        {
            switch (annotation)
            {
                case MaxLengthAttribute most:
                    schema[isText ? "maxLength" : "maxItems"] = most.Length;
                    break;
                case MinLengthAttribute least:
                    schema[isText ? "minLength" : "minItems"] = least.Length;
                    break;
                case StringLengthAttribute length:
                    (schema["minLength"], schema["maxLength"]) = (length.MinimumLength, length.MaximumLength);
                    break;
                case RequiredAttribute when isText && schema["minLength"] is null:
                    schema["minLength"] = 1;
                    break;
                case RangeAttribute range:
                    (schema["minimum"], schema["maximum"]) = (Number(range.Minimum), Number(range.Maximum));
                    break;
                case RegularExpressionAttribute pattern:
                    schema["pattern"] = $"^(?:{pattern.Pattern})$";
                    break;
                case FormatAttribute format:
                    (schema["items"] as JsonObject ?? schema)["format"] = format.Name;
                    break;
            }
        }
    }

    private static JsonNode Number(object bound) => bound is double real ? real : Convert.ToInt64(bound, CultureInfo.InvariantCulture);
}
