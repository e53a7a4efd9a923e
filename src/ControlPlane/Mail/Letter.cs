namespace ControlPlane.Mail;

/// <summary>A message to one person.</summary>
/// <param name="Key">Our own key: the same letter has the same key however often its handler runs.</param>
/// <param name="To">The address.</param>
/// <param name="Words">What it says.</param>
/// <param name="Tag">What kind of letter it is, for statistics at the provider.</param>
public sealed record Letter(string Key, string To, LetterText Words, string Tag)
{
    // Printed nowhere: address and words are personal.
    public override string ToString() => $"{Tag} {Key}";
}

/// <summary>The words of a letter, in both forms.</summary>
public sealed record LetterText(string Subject, string Text, string Html)
{
    public override string ToString() => "[personal]";
}
