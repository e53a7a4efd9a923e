using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace ControlPlane.Hosting;

/// <summary>One pass over the tokens into pooled buffers; an object's members are put in order when its end is reached.</summary>
internal ref struct CanonicalWriter(int sizeHint) : IDisposable
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    private PooledBuffer<byte> _text = new(Math.Max(sizeHint * 2, 256));
    private PooledBuffer<byte> _keys = new(256);
    private PooledBuffer<CanonicalMember> _members = new(32);

    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            Value(ref reader);
            reader.Read();
        }
        catch (InvalidOperationException loneSurrogate)
        {
            throw new JsonException("A string is not valid Unicode.", loneSurrogate);
        }

        return _text[..];
    }

    public void Dispose()
    {
        _text.Dispose();
        _keys.Dispose();
        _members.Dispose();
    }

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: Object(ref reader); break;
            case JsonTokenType.StartArray: Array(ref reader); break;
            case JsonTokenType.String: String(ref reader); break;
            case JsonTokenType.Number: Number(reader.ValueSpan); break;
            default: _text.Add(reader.ValueSpan); break;
        }
    }

    private void Array(ref Utf8JsonReader reader)
    {
        _text.Add((byte)'[');
        var start = _text.Length;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Value(ref reader);
            _text.Add((byte)',');
        }

        Close(start, (byte)']');
    }

    private void Object(ref Utf8JsonReader reader)
    {
        _text.Add((byte)'{');
        var (start, firstMember, firstKey) = (_text.Length, _members.Length, _keys.Length);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (at, key) = (_text.Length, _keys.Length);
            _keys.Length += reader.CopyString(_keys.Free(reader.ValueSpan.Length));
            var keyEnd = _keys.Length;
            Quote(_keys[key..]);
            _text.Add((byte)':');
            reader.Read();
            Value(ref reader);
            _text.Add((byte)',');
            _members.Add(new CanonicalMember(key..keyEnd, at - start, _text.Length - at));
        }

        if (CanonicalMember.Sort(_members[firstMember..], _keys[..]))
        {
            Rearrange(start, _members[firstMember..]);
        }

        (_members.Length, _keys.Length) = (firstMember, firstKey);
        Close(start, (byte)'}');
    }

    private void Rearrange(int start, scoped ReadOnlySpan<CanonicalMember> members)
    {
        var size = _text.Length - start;
        var unsorted = _text.Free(size)[..size];
        _text[start..].CopyTo(unsorted);
        var target = _text[start..];
        foreach (var member in members)
        {
            unsorted.Slice(member.Offset, member.Length).CopyTo(target);
            target = target[member.Length..];
        }
    }

    private void String(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            // No escape of ours is longer than the one that was read, so what is written can't reach the plain text behind it.
            var plain = _text.Free(2 * raw.Length + 2)[(raw.Length + 2)..];
            Quote(plain[..reader.CopyString(plain)]);
        }
        else if (Utf8.IsValid(raw))
        {
            _text.Add((byte)'"');
            _text.Add(raw);
            _text.Add((byte)'"');
        }
        else
        {
            throw new JsonException("A string is not valid UTF-8.");
        }
    }

    private void Quote(scoped ReadOnlySpan<byte> plain)
    {
        _text.Add((byte)'"');
        for (int stop; (stop = plain.IndexOfAny(Escaped)) >= 0; plain = plain[(stop + 1)..])
        {
            _text.Add(plain[..stop]);
            Escape(plain[stop]);
        }

        _text.Add(plain);
        _text.Add((byte)'"');
    }

    private void Escape(byte character)
    {
        _text.Add((byte)'\\');
        if (character is (byte)'"' or (byte)'\\')
        {
            _text.Add(character);
        }
        else if (character is >= 0x08 and <= 0x0d and not 0x0b)
        {
            _text.Add("btn?fr"u8[character - 0x08]);
        }
        else
        {
            _text.Add([.. "u00"u8, "01"u8[character >> 4], "0123456789abcdef"u8[character & 15]]);
        }
    }

    private void Number(ReadOnlySpan<byte> raw) =>
        _text.Length += CanonicalNumber.Format(raw, _text.Free(Math.Max(raw.Length, CanonicalNumber.MaxLength)));

    private void Close(int start, byte end)
    {
        if (_text.Length > start)
        {
            _text.Length--;
        }

        _text.Add(end);
    }
}
