namespace ControlPlane.Hosting;

/// <summary>RFC 6901: the empty string is the whole document.</summary>
public static class JsonPointer
{
    public static string Of(string parent, string name) =>
        $"{parent}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Of(string parent, int index) => $"{parent}/{index}";

    /// <summary>The pointer of the value that holds this one; the root holds itself.</summary>
    public static string Parent(string pointer) => pointer[..Math.Max(0, pointer.LastIndexOf('/'))];
}
