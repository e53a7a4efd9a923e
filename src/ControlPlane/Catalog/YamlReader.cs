using System.Buffers;
using System.Text.Json;
using ControlPlane.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ScalarEvent = YamlDotNet.Core.Events.Scalar;

namespace ControlPlane.Catalog;

/// <summary>
/// Reads the part of YAML 1.2 that is JSON with less punctuation. Anchors, aliases and tags are refused, so a file can't unfold
/// into more than was written; a value left empty is refused, because it is more often forgotten than meant.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxDepth = 32;

    private readonly Parser _parser;
    private readonly List<YamlDocument> _documents = [];
    private readonly List<(int Line, Fault Fault)> _faults = [];
    private Dictionary<string, int> _lines = [];

    private YamlReader(string text) => _parser = new Parser(new StringReader(text));

    public static YamlFile Read(string text)
    {
        var reader = new YamlReader(text);
        try
        {
            reader.Documents();
        }
        catch (YamlException broken)
        {
            reader.Refuse(broken.Start, "", $"This can't be read as YAML: {broken.Message}");
        }
        catch (InvalidOperationException)
        {
            // How the scanner ends on some unclosed brackets.
            reader.Refuse(reader._parser.Current?.End ?? Mark.Empty, "", "This can't be read as YAML from here on; look for a bracket or quote that is not closed.");
        }

        return new(reader._documents, reader._faults);
    }

    private void Documents()
    {
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out _))
        {
            _lines = [];
            var line = (int)_parser.Current!.Start.Line;
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
            {
                Value(json, "", 0);
            }

            _parser.Consume<DocumentEnd>();
            using var parsed = JsonDocument.Parse(buffer.WrittenMemory);
            _documents.Add(new(parsed.RootElement.Clone(), line, _lines));
        }
    }

    private void Value(Utf8JsonWriter json, string at, int depth)
    {
        var current = _parser.Current!;
        if (depth > MaxDepth)
        {
            throw new SemanticErrorException(current.Start, current.End, $"nested deeper than {MaxDepth} levels");
        }

        if (current is AnchorAlias || (current is NodeEvent node && !(node.Anchor.IsEmpty && node.Tag.IsEmpty)))
        {
            Refuse(current.Start, at, "Write the value out; anchors, aliases and tags are not read here.");
            _parser.SkipThisAndNestedEvents();
            json.WriteStringValue("");
        }
        else if (_parser.TryConsume<MappingStart>(out _))
        {
            Mapping(json, at, depth);
        }
        else if (_parser.TryConsume<SequenceStart>(out _))
        {
            Sequence(json, at, depth);
        }
        else
        {
            Word(json, _parser.Consume<ScalarEvent>(), at);
        }
    }

    private void Mapping(Utf8JsonWriter json, string at, int depth)
    {
        var seen = new HashSet<string>();
        json.WriteStartObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<ScalarEvent>();
            var member = JsonPointer.Of(at, key.Value);
            if (seen.Add(key.Value))
            {
                _lines[member] = (int)key.Start.Line;
                json.WritePropertyName(key.Value);
                Value(json, member, depth + 1);
            }
            else
            {
                Refuse(key.Start, member, $"'{key.Value}' stands here twice; remove one.");
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

    private void Word(Utf8JsonWriter json, ScalarEvent word, string at)
    {
        switch (word.Style == ScalarStyle.Plain ? YamlScalar.KindOf(word.Value) : JsonValueKind.String)
        {
            case JsonValueKind.True or JsonValueKind.False:
                json.WriteBooleanValue(word.Value == "true");
                break;
            case JsonValueKind.Number when YamlScalar.IsExact(word.Value):
                json.WriteRawValue(word.Value);
                break;
            case JsonValueKind.Number:
                Refuse(word.Start, at, "Not every reader can hold this number exactly; write it in quotes or in another unit.");
                json.WriteNumberValue(0);
                break;
            case JsonValueKind.Null:
                Refuse(word.Start, at, "Write a value, or remove the name.");
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(word.Value);
                break;
        }
    }

    private void Refuse(Mark at, string pointer, string message) => _faults.Add(((int)at.Line, new(pointer, "yaml", message)));
}
