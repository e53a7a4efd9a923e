using System.Text;
using System.Text.RegularExpressions;

namespace ControlPlane.Hosting;

/// <summary>A regular expression with ECMAScript's meaning of <c>$</c> and <c>\d</c>, in an engine that no input can slow down.</summary>
public sealed class JsonPattern(string source)
{
    private readonly Regex _expression = new(Translate(source), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public bool IsMatch(string text) => _expression.IsMatch(text);

    public override string ToString() => source;

    private static string Translate(string source)
    {
        var (written, inClass) = (new StringBuilder(), false);
        for (var i = 0; i < source.Length; i++)
        {
            inClass = source[i] switch { '[' => true, ']' => false, _ => inClass };
            written.Append(source[i] switch
            {
                '$' when !inClass => @"\z",
                '\\' when i + 1 < source.Length => source[++i] switch { 'd' => inClass ? "0-9" : "[0-9]", var escaped => $"\\{escaped}" },
                var character => character.ToString(),
            });
        }

        return written.ToString();
    }
}
