namespace ControlPlane.Catalog;

/// <summary>Finds what stands in a list twice.</summary>
internal static class Repeated
{
    /// <summary>The places of items whose name an earlier one has.</summary>
    public static IEnumerable<int> In<T, TName>(IEnumerable<T> items, Func<T, TName> name)
    {
        var seen = new HashSet<TName>();
        return [.. items.Index().Where(item => !seen.Add(name(item.Item))).Select(item => item.Index)];
    }
}
