using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>One document of a YAML file as JSON, with the line on which each value stands.</summary>
internal sealed record YamlDocument(JsonElement Root, int Line, IReadOnlyDictionary<string, int> Lines)
{
    /// <summary>The line of the value, or of the nearest one around it that exists.</summary>
    public int LineOf(string pointer)
    {
        for (var at = pointer; at.Length > 0; at = JsonPointer.Parent(at))
        {
            if (Lines.TryGetValue(at, out var line))
            {
                return line;
            }
        }

        return Line;
    }
}

/// <summary>A YAML file: its documents as far as they could be read, and what is wrong with the text itself.</summary>
internal sealed record YamlFile(IReadOnlyList<YamlDocument> Documents, IReadOnlyList<(int Line, Fault Fault)> Faults);
