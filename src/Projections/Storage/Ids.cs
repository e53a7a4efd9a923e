namespace ControlPlane.Storage;

/// <summary>Identifiers: <c>prefix_</c> and a UUID version 7 (RFC 9562) as 32 hexadecimal digits, so that they sort by time.</summary>
public static class Ids
{
    private static readonly System.Buffers.SearchValues<char> Hexadecimal = System.Buffers.SearchValues.Create("0123456789abcdef");

    public static string New(string prefix) => $"{prefix}_{Guid.CreateVersion7():N}";

    /// <summary>Whether the text has the shape of such an identifier.</summary>
    public static bool IsId(string text, string prefix) =>
        text.Length == prefix.Length + 33
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && text[prefix.Length] == '_'
        && !text.AsSpan(prefix.Length + 1).ContainsAnyExcept(Hexadecimal);
}
