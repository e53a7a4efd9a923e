using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Sealing;

namespace ControlPlane.Hosting;

/// <summary>How the API reads and writes JSON: camelCase, enum values as snake_case words, personal values in clear.</summary>
public static class Json
{
    public static JsonSerializerOptions Http { get; } = Configure(new(JsonSerializerDefaults.Web));

    /// <summary>As <see cref="Http"/>, with members marked <see cref="SecretAttribute"/> written as null: for answers that are kept.</summary>
    public static JsonSerializerOptions WithoutSecrets { get; } = HideSecrets(Configure(new(JsonSerializerDefaults.Web)));

    /// <summary>As <see cref="Http"/>, with personal values told only as such: for whoever has to see what happened, and not to whom.</summary>
    public static JsonSerializerOptions Redacted { get; } = Configure(new(JsonSerializerDefaults.Web) { Converters = { new PersonalAsMark() } });

    public static JsonSerializerOptions Configure(JsonSerializerOptions json)
    {
        json.NumberHandling = JsonNumberHandling.Strict;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        json.Converters.Add(new PersonalAsText());
        json.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        return json;
    }

    private static JsonSerializerOptions HideSecrets(JsonSerializerOptions json)
    {
        json.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Hide } };
        return json;

        static void Hide(JsonTypeInfo type)
        {
            foreach (var property in type.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(SecretAttribute), true) == true))
            {
                property.Get = static _ => null;
                property.ShouldSerialize = static (_, _) => true;
            }
        }
    }

    private sealed class PersonalAsMark : JsonConverter<Personal>
    {
        public override Personal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Personal value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.IsReadable ? value.ToString() : value.Value);
    }

    private sealed class PersonalAsText : JsonConverter<Personal>
    {
        public override Personal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Personal value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}

/// <summary>Shown once, in the answer that makes it, and null in every repetition of that answer.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
