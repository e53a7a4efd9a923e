using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ControlPlane.Catalog;

/// <summary>A length of time by the calendar, <c>P12M</c>: a month has the days that it has.</summary>
[JsonConverter(typeof(Converter)), Description("A period such as P12M is expected")]
public readonly partial record struct Period(int Years, int Months, int Days)
{
    public static Period Parse(string text)
    {
        var match = Shape().Match(text);
        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan[..^1], CultureInfo.InvariantCulture) : 0;
        return match.Success ? new(Part(1), Part(2), Part(3)) : throw new FormatException($"'{text}' is no period such as P12M.");
    }

    public DateTimeOffset After(DateTimeOffset start) => start.AddMonths((12 * Years) + Months).AddDays(Days);

    public override string ToString() =>
        $"P{(Years > 0 ? $"{Years}Y" : "")}{(Months > 0 ? $"{Months}M" : "")}{(Days > 0 || Years + Months == 0 ? $"{Days}D" : "")}";

    [GeneratedRegex(@"^P(?=[0-9])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,5}D)?\z")]
    private static partial Regex Shape();

    private sealed class Converter : JsonConverter<Period>
    {
        public override Period Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("This is no period.");

        public override void Write(Utf8JsonWriter writer, Period value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
