using System.Reflection;
using System.Xml.Linq;

namespace ControlPlane.Hosting;

/// <summary>The doc comments of assemblies, as plain text.</summary>
public sealed class DocComments
{
    private readonly Dictionary<string, XElement> _members;

    private DocComments(IEnumerable<XDocument> documents) =>
        _members = documents.SelectMany(document => document.Descendants("member")).ToDictionary(member => member.Attribute("name")!.Value);

    public static DocComments Of(params Assembly[] assemblies) =>
        new(assemblies.Select(assembly => XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"))));

    public string SummaryOf(Type type) => FindSummary(type)!;

    /// <summary>What is said of a positional member of a record.</summary>
    public string ParameterOf(Type type, string name) => FindParameter(type, name)!;

    public string? FindSummary(Type type) => Find(IdOf(type), "summary");

    /// <summary>What is said of the only method of a type that has this name.</summary>
    public string? FindSummary(MethodInfo method) => Find(IdOf(method), "summary");

    public string? FindRemarks(MethodInfo method) => Find(IdOf(method), "remarks");

    /// <summary>What is said of a member, where it is declared or where its record is.</summary>
    public string? FindSummary(PropertyInfo property) =>
        Find($"P:{NameOf(property.DeclaringType!)}.{property.Name}", "summary") ?? FindParameter(property.DeclaringType!, property.Name);

    /// <summary>The example that a type gives of itself.</summary>
    public string? FindExample(Type type) => _members.GetValueOrDefault(IdOf(type))?.Element("example")?.Value.Trim();

    private string? FindParameter(Type type, string name) =>
        _members.GetValueOrDefault(IdOf(type))?.Elements("param").FirstOrDefault(p => p.Attribute("name")!.Value == name) is { } found ? Text(found) : null;

    private string? Find(string id, string element) => _members.GetValueOrDefault(id)?.Element(element) is { } found ? Text(found) : null;

    private string IdOf(MethodInfo method)
    {
        var id = $"M:{NameOf(method.DeclaringType!)}.{method.Name}";
        return _members.Keys.FirstOrDefault(key => key.StartsWith($"{id}(", StringComparison.Ordinal)) ?? id;
    }

    private static string IdOf(Type type) => $"T:{NameOf(type)}";

    private static string NameOf(Type type) => (type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string Text(XElement element) => string.Join(' ', string.Concat(element.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } reference => reference.Attribute("cref")!.Value.Split('.', ':')[^1],
        XElement inner => inner.Value,
        _ => ((XText)node).Value,
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
