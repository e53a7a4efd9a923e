using ControlPlane.Hosting;
using ControlPlane.Sealing;

namespace ControlPlane.Iam;

/// <summary>Names and addresses for those who may not read personal data: one letter, to tell two apart.</summary>
public static class Masks
{
    private const string Hidden = "***";

    /// <summary>Whether the caller reads what is personal of others. Who has no token reads only what he just told himself.</summary>
    public static bool MayReadPersonal(this Caller? caller, string? principalId = null) =>
        caller is null || caller.PrincipalId == principalId || caller.May("iam:read_personal");

    public static Personal? Unless(bool mayRead, Personal? value) => mayRead || value is not { IsReadable: true } ? value : new(Of(value.Value));

    public static string Of(string text) => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        ? $"{First(text)}{Hidden}@{First(text[(at + 1)..])}{Hidden}"
        : $"{First(text)}{Hidden}";

    // A whole character, also where it is written as two.
    private static string First(string text) => System.Globalization.StringInfo.GetNextTextElement(text);
}
