using System.Reflection;
using System.Xml.Linq;

namespace ControlPlane.Hosting.Bus;

/// <summary>The doc comments of an assembly, as plain text.</summary>
public sealed class DocComments
{
    private readonly Dictionary<string, XElement> _members;

    private DocComments(XDocument document) =>
        _members = document.Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    public static DocComments Of(Assembly assembly) =>
        new(XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml")));

    public string SummaryOf(Type type) => Text(_members[$"T:{type.FullName}"].Element("summary")!);

    /// <summary>What is said of a positional member of a record.</summary>
    public string ParameterOf(Type type, string name) => Text(_members[$"T:{type.FullName}"].Elements("param").Single(p => p.Attribute("name")!.Value == name));

    private static string Text(XElement element) => string.Join(' ', string.Concat(element.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } reference => reference.Attribute("cref")!.Value.Split('.', ':')[^1],
        XElement inner => inner.Value,
        _ => ((XText)node).Value,
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
