using System.Net;

namespace ControlPlane.Mail;

/// <summary>A message to one person.</summary>
/// <param name="Key">Our own key: the same letter has the same key however often its handler runs.</param>
/// <param name="To">The address.</param>
/// <param name="Words">What it says.</param>
/// <param name="Tag">What kind of letter it is, for statistics at the provider.</param>
public sealed record Letter(string Key, string To, LetterText Words, string Tag)
{
    /// <summary>The tenant that is told what becomes of the letter.</summary>
    public string? Tenant { get; init; }

    // Printed nowhere: address and words are personal.
    public override string ToString() => $"{Tag} {Key}";
}

/// <summary>The words of a letter, in both forms.</summary>
public sealed record LetterText(string Subject, string Text, string Html)
{
    /// <summary>What letters are written in besides English.</summary>
    public static bool IsFrench(string locale) => locale == "fr" || locale.StartsWith("fr-", StringComparison.Ordinal);

    /// <summary>An opening, a code where there is one, a link and a closing.</summary>
    public static LetterText Of(string subject, string opening, string? code, string link, string closing)
    {
        string[] paragraphs = code is null ? [opening, link, closing] : [opening, code, link, closing];
        return new(
            subject,
            string.Join("\n\n", paragraphs) + "\n",
            $"<!doctype html><html><body>{string.Concat(paragraphs.Select(Html))}</body></html>");

        string Html(string paragraph) =>
            paragraph == code ? $"<p><strong style=\"font-size:1.5em\">{code}</strong></p>"
            : paragraph == link ? $"<p><a href=\"{WebUtility.HtmlEncode(link)}\">{WebUtility.HtmlEncode(link)}</a></p>"
            : $"<p>{WebUtility.HtmlEncode(paragraph)}</p>";
    }

    public override string ToString() => "[personal]";
}
