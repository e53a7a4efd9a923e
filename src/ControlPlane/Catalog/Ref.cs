using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ControlPlane.Catalog;

/// <summary>Names one version of a catalog entry of kind <typeparamref name="T"/>: <c>solo@2</c>.</summary>
[JsonConverter(typeof(RefConverter)), Description("A reference such as solo@2 is expected")]
public readonly record struct Ref<T>(string Value)
    where T : class
{
    public override string ToString() => Value;
}

/// <summary>Names one offer in one version of an offer catalog: <c>retail@2#solo-monthly</c>.</summary>
[JsonConverter(typeof(RefConverter)), Description("A reference such as retail@2#solo-monthly is expected")]
public readonly record struct OfferRef(string Value)
{
    public Ref<OfferCatalog> Catalog => new(Value[..Value.IndexOf('#')]);

    public string Offer => Value[(Value.IndexOf('#') + 1)..];

    /// <summary>Reads what a client wrote; null when it is no reference to an offer.</summary>
    public static OfferRef? Parse(string text) => RefText.IsPart(text) ? new(text) : null;

    public override string ToString() => Value;
}

/// <summary>How references are written: as one string.</summary>
public static partial class RefText
{
    public static string Of(string name, int version) => $"{name}@{version}";

    public static bool IsEntry(string text) => Entry().IsMatch(text);

    public static bool IsPart(string text) => Part().IsMatch(text);

    /// <summary>The kind of entry that a member of this type refers to, if it refers to one.</summary>
    public static Type? Target(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var offer when offer == typeof(OfferRef) => typeof(OfferCatalog),
        { IsGenericType: true } plain when plain.GetGenericTypeDefinition() == typeof(Ref<>) => plain.GetGenericArguments()[0],
        _ => null,
    };

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,4}\z")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,4}#[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Part();
}

internal sealed class RefConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => RefText.Target(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => typeToConvert == typeof(OfferRef)
        ? new Text<OfferRef>(RefText.IsPart, text => new(text))
        : (JsonConverter)typeof(RefConverter).GetMethod(nameof(ToEntry), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(typeToConvert.GetGenericArguments()).Invoke(null, null)!;

    private static Text<Ref<T>> ToEntry<T>() where T : class => new(RefText.IsEntry, text => new(text));

    private sealed class Text<TRef>(Func<string, bool> holds, Func<string, TRef> make) : JsonConverter<TRef>
        where TRef : struct
    {
        public override TRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.GetString()! is var text && holds(text) ? make(text) : throw new JsonException("This is no reference.");

        public override void Write(Utf8JsonWriter writer, TRef value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
