using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Catalog;

/// <summary>Names one version of a catalog entry of kind <typeparamref name="T"/>: <c>solo@2</c>.</summary>
[JsonConverter(typeof(RefConverter))]
public readonly record struct Ref<T>(string Value)
    where T : class
{
    public override string ToString() => Value;
}

/// <summary>Names one offer in one version of an offer catalog: <c>retail@2#solo-monthly</c>.</summary>
[JsonConverter(typeof(RefConverter))]
public readonly record struct OfferRef(string Value)
{
    public Ref<OfferCatalog> Catalog => new(Value[..Value.IndexOf('#')]);

    public string Offer => Value[(Value.IndexOf('#') + 1)..];

    public override string ToString() => Value;
}

/// <summary>How references are written: as one string.</summary>
public static class RefText
{
    public const string Name = "[a-z0-9]+(-[a-z0-9]+)*";
    public const string Entry = $"^{Name}@[1-9][0-9]*$";
    public const string Part = $"^{Name}@[1-9][0-9]*#{Name}$";

    public static string Of(string name, int version) => $"{name}@{version}";

    /// <summary>The kind of entry that a member of this type refers to, if it refers to one.</summary>
    public static Type? Target(Type type) => type == typeof(OfferRef) ? typeof(OfferCatalog)
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Ref<>) ? type.GetGenericArguments()[0] : null;
}

internal sealed class RefConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => RefText.Target(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Text<>).MakeGenericType(typeToConvert))!;

    private sealed class Text<TRef> : JsonConverter<TRef>
    {
        public override TRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (TRef)Activator.CreateInstance(typeof(TRef), reader.GetString())!;

        public override void Write(Utf8JsonWriter writer, TRef value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }
}
