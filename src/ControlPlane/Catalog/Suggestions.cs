namespace ControlPlane.Catalog;

/// <summary>What someone may have meant.</summary>
internal static class Suggestions
{
    private const int Most = 3;

    /// <summary>At most three names that are near to the one that was written, nearest first.</summary>
    public static IReadOnlyList<string> For(string written, IEnumerable<string> names) =>
    [
        .. names.Select(name => (Name: name, Distance: name.Contains(written, StringComparison.Ordinal) ? 1 : Distance(written, name)))
            .Where(near => near.Distance <= Math.Max(2, written.Length / 2))
            .OrderBy(near => near.Distance).ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(Most).Select(near => near.Name),
    ];

    /// <summary>How many letters to add, drop or change (Levenshtein).</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
            }
        }

        return row[right.Length];
    }
}
