using System.Text.RegularExpressions;
using ControlPlane.Hosting;
using ControlPlane.Sealing;

namespace ControlPlane.AgentInstances;

/// <summary>Rules for what customers call their instances.</summary>
public static partial class InstanceNames
{
    private const int MaxLabels = 20;
    private const int MaxLabelValue = 60;

    /// <summary>What has to be unique of a name.</summary>
    public static string Key(Personal displayName) => displayName.Value.Trim().ToLowerInvariant();

    public static List<Fault> LabelFaults(IReadOnlyDictionary<string, string>? labels)
    {
        var faults = new List<Fault>();
        if (labels?.Count > MaxLabels)
        {
            faults.Add(new("/labels", "too_many", $"At most {MaxLabels} labels"));
        }

        foreach (var (name, value) in labels ?? new Dictionary<string, string>())
        {
            if (!LabelName().IsMatch(name))
            {
                faults.Add(new(JsonPointer.Of("/labels", name), "format", "A label's name has 1 to 63 lower-case letters, digits and dashes"));
            }
            else if (value.Length > MaxLabelValue || value.Any(char.IsControl))
            {
                faults.Add(new(JsonPointer.Of("/labels", name), "format", $"A label's value has at most {MaxLabelValue} characters on one line"));
            }
        }

        return faults;
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex LabelName();
}
