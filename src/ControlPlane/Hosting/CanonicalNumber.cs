using System.Globalization;
using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>A number as ECMAScript's <c>Number::toString</c> writes it (RFC 8785 §3.2.2.3).</summary>
internal static class CanonicalNumber
{
    public const int MaxLength = 32;

    private const int DigitsThatEveryDoubleKeeps = 15;

    public static int Format(ReadOnlySpan<byte> json, Span<byte> destination)
    {
        if (!IsSmallInteger(json))
        {
            return Format(double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture), destination);
        }

        json.CopyTo(destination);
        return json.Length;
    }

    public static int Format(double value, Span<byte> destination)
    {
        if (!double.IsFinite(value))
        {
            throw new JsonException("A number is larger than a double can hold.");
        }

        if (value == 0)
        {
            value = 0; // also for minus zero
        }

        var output = new Output(destination);
        if (value < 0)
        {
            output.Add("-"u8);
        }

        Span<byte> buffer = stackalloc byte[MaxLength];
        var point = Digits(Math.Abs(value), buffer, out var digits);
        switch (point)
        {
            case > 0 and <= 21 when digits.Length <= point:
                output.Add(digits);
                output.Zeros(point - digits.Length);
                break;
            case > 0 and <= 21:
                output.Add(digits[..point]);
                output.Add("."u8);
                output.Add(digits[point..]);
                break;
            case > -6 and <= 0:
                output.Add("0."u8);
                output.Zeros(-point);
                output.Add(digits);
                break;
            default:
                output.Add(digits[..1]);
                if (digits.Length > 1)
                {
                    output.Add("."u8);
                }

                output.Add(digits[1..]);
                output.Add(point > 0 ? "e+"u8 : "e-"u8);
                output.Add(Math.Abs(point - 1));
                break;
        }

        return output.Length;
    }

    /// <summary>The shortest digits that give the value back, and where the decimal point stands counted from the first of them.</summary>
    private static int Digits(double value, Span<byte> buffer, out ReadOnlySpan<byte> digits)
    {
        value.TryFormat(buffer, out var length, "R", CultureInfo.InvariantCulture);
        var text = buffer[..length];
        var exponent = 0;
        if (text.IndexOf((byte)'E') is var e and >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf((byte)'.');
        if (point < 0)
        {
            point = text.Length;
        }
        else
        {
            text[(point + 1)..].CopyTo(text[point..]);
            text = text[..^1];
        }

        var zeros = text.IndexOfAnyExcept((byte)'0');
        digits = zeros < 0 ? "0"u8 : text[zeros..].TrimEnd((byte)'0');
        return zeros < 0 ? 1 : point - zeros + exponent;
    }

    private static bool IsSmallInteger(ReadOnlySpan<byte> json)
    {
        var digits = json[0] == '-' ? json[1..] : json;
        return digits.Length <= DigitsThatEveryDoubleKeeps && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && !json.SequenceEqual("-0"u8);
    }

    private ref struct Output(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        public void Add(scoped ReadOnlySpan<byte> text)
        {
            text.CopyTo(_destination[Length..]);
            Length += text.Length;
        }

        public void Add(int number)
        {
            number.TryFormat(_destination[Length..], out var written, provider: CultureInfo.InvariantCulture);
            Length += written;
        }

        public void Zeros(int count)
        {
            _destination.Slice(Length, count).Fill((byte)'0');
            Length += count;
        }
    }
}
