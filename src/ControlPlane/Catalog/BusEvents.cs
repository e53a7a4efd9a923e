using ControlPlane.Hosting;
using ControlPlane.Hosting.Bus;

namespace ControlPlane.Catalog;

/// <summary>What the catalog may say of the bus: only what is announced there.</summary>
internal static class BusEvents
{
    private static readonly string[] Names =
        [.. BusRegistration.Announcements.All.Select(announced => announced.Contract.RoutingKey).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>What events are about: the word before the dot.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. Names.Select(name => name.Split('.')[0]).Distinct()];

    public static IEnumerable<Fault> Faults(IEnumerable<string> types, string at) => types.Index().Where(type => !Names.Contains(type.Item))
        .Select(type => new Fault($"{at}/{type.Index}", "no_such_event", Hint($"Nothing is announced as '{type.Item}'", type.Item, Names)));

    public static IEnumerable<Fault> FamilyFaults(IEnumerable<string> families, string at) => families.Index().Where(family => !Families.Contains(family.Item))
        .Select(family => new Fault($"{at}/{family.Index}", "no_such_family", Hint($"Nothing is announced of '{family.Item}'", family.Item, Families)));

    private static string Hint(string told, string written, IEnumerable<string> known) =>
        Suggestions.For(written, known) is [var near, ..] ? $"{told}; did you mean {near}?" : $"{told}.";
}
