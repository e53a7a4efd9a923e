using System.Buffers;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace ControlPlane.Catalog;

/// <summary>One document of a YAML file as JSON, with the line on which each value stands.</summary>
internal sealed record YamlDocument(JsonElement Root, int Line, IReadOnlyDictionary<string, int> Lines)
{
    /// <summary>The line of the value, or of the nearest one around it that exists.</summary>
    public int LineOf(string pointer)
    {
        for (var at = pointer; at.Length > 0; at = JsonPointer.Parent(at))
            if (Lines.TryGetValue(at, out var line))
                return line;
        return Line;
    }
}

/// <summary>
/// Reads the part of YAML 1.2 that is JSON with less punctuation: mappings, sequences and scalars of the JSON schema.
/// Anchors, aliases and tags are refused, so a file can't unfold into more than was written.
/// </summary>
internal sealed class YamlText
{
    private const int MaxDepth = 32;

    private readonly Parser _parser;
    private readonly List<(int Line, JsonFault Fault)> _faults = [];
    private readonly List<YamlDocument> _documents = [];
    private Dictionary<string, int> _lines = [];

    private YamlText(string text) => _parser = new Parser(new StringReader(text));

    public static (IReadOnlyList<YamlDocument> Documents, IReadOnlyList<(int Line, JsonFault Fault)> Faults) Read(string text)
    {
        var yaml = new YamlText(text);
        try
        {
            yaml.Stream();
        }
        catch (YamlException broken)
        {
            yaml._faults.Add(((int)broken.Start.Line, new("", "yaml", $"This is not YAML: {broken.Message}")));
        }

        return (yaml._documents, yaml._faults);
    }

    private void Stream()
    {
        _parser.Consume<StreamStart>();
        while (_parser.Accept<DocumentStart>(out _))
        {
            _parser.MoveNext();
            _lines = [];
            var line = (int)_parser.Current!.Start.Line;
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
                Value(json, "", 0);
            _parser.Consume<DocumentEnd>();
            using var parsed = JsonDocument.Parse(buffer.WrittenMemory);
            _documents.Add(new(parsed.RootElement.Clone(), line, _lines));
        }
    }

    private void Value(Utf8JsonWriter json, string at, int depth)
    {
        var current = _parser.Current!;
        if (current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
            Refuse(current, at, "Write the value out; anchors and tags are not read here.");
        if (depth > MaxDepth)
            throw new SemanticErrorException(current.Start, current.End, $"nested deeper than {MaxDepth} levels");

        if (_parser.TryConsume<MappingStart>(out _))
            Mapping(json, at, depth);
        else if (_parser.TryConsume<SequenceStart>(out _))
            Sequence(json, at, depth);
        else if (_parser.TryConsume<YamlScalar>(out var scalar))
            Scalar(json, scalar, at);
        else
        {
            Refuse(current, at, "Write the value out; aliases are not read here.");
            json.WriteNullValue();
            _parser.MoveNext();
        }
    }

    private void Mapping(Utf8JsonWriter json, string at, int depth)
    {
        var seen = new HashSet<string>();
        json.WriteStartObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<YamlScalar>();
            var member = JsonPointer.Of(at, key.Value);
            if (seen.Add(key.Value))
            {
                _lines[member] = (int)key.Start.Line;
                json.WritePropertyName(key.Value);
                Value(json, member, depth + 1);
            }
            else
            {
                Refuse(key, member, $"'{key.Value}' stands here twice; remove one.");
                _parser.SkipThisAndNestedEvents();
            }
        }

        json.WriteEndObject();
    }

    private void Sequence(Utf8JsonWriter json, string at, int depth)
    {
        json.WriteStartArray();
        for (var index = 0; !_parser.TryConsume<SequenceEnd>(out _); index++)
        {
            var item = JsonPointer.Of(at, index);
            _lines[item] = (int)_parser.Current!.Start.Line;
            Value(json, item, depth + 1);
        }

        json.WriteEndArray();
    }

    private void Scalar(Utf8JsonWriter json, YamlScalar scalar, string at)
    {
        if (scalar.Style != ScalarStyle.Plain)
            json.WriteStringValue(scalar.Value);
        else if (scalar.Value is "" or "~" or "null")
            json.WriteNullValue();
        else if (scalar.Value is "true" or "false")
            json.WriteBooleanValue(scalar.Value == "true");
        else if (!IsNumber(scalar.Value))
            json.WriteStringValue(scalar.Value);
        else
        {
            if (!IsExact(scalar.Value))
                Refuse(scalar, at, "A double can't hold this number exactly; write it in quotes or in another unit.");
            json.WriteRawValue(scalar.Value);
        }
    }

    private void Refuse(ParsingEvent at, string pointer, string message) => _faults.Add(((int)at.Start.Line, new(pointer, "yaml", message)));

    private static bool IsNumber(string text)
    {
        if (!char.IsAsciiDigit(text[^1]) || !(text[0] == '-' || char.IsAsciiDigit(text[0])))
            return false;

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == text.Length && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsExact(string number) => decimal.TryParse(number, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var exact)
        && (exact != decimal.Truncate(exact) || Math.Abs(exact) <= 9_007_199_254_740_991m);
}
