using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>What is watched of a runtime, for how long it is kept, and what is taken out first.</summary>
public sealed record ObservabilityProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it is made for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>How much is measured.</summary>
    public required MetricsDetail Metrics { get; init; }

    /// <summary>The least that is logged.</summary>
    public required RuntimeLogLevel Logs { get; init; }

    /// <summary>The share of requests that are traced, from 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public required double TraceRatio { get; init; }

    /// <summary>For how many days each is kept.</summary>
    public required SignalRetention RetentionDays { get; init; }

    /// <summary>What is taken out before anything is kept; the first rule that fits counts.</summary>
    [MinLength(1)]
    public required IReadOnlyList<RedactionRule> Redaction { get; init; }

    internal static IEnumerable<Fault> Faults(ObservabilityProfile profile, CatalogSnapshot catalog)
    {
        foreach (var at in Repeated.In(profile.Redaction, rule => rule.Field))
        {
            yield return new($"/redaction/{at}/field", "repeated", "Give each field one rule.");
        }

        if (profile.Redaction.All(rule => rule is not { Field: "authorization", Action: RedactionAction.Drop }))
        {
            yield return new("/redaction", "credentials_kept", "Drop the field authorization, which carries tokens.");
        }
    }
}

/// <summary>How much is measured.</summary>
public enum MetricsDetail
{
    Basic,
    Detailed,
}

/// <summary>The least that is logged.</summary>
public enum RuntimeLogLevel
{
    Warning,
    Information,
    Debug,
}

/// <summary>For how many days is kept what a runtime tells.</summary>
public sealed record SignalRetention
{
    /// <summary>Figures.</summary>
    [Range(1, 800)]
    public required int Metrics { get; init; }

    /// <summary>Lines of the log.</summary>
    [Range(1, 180)]
    public required int Logs { get; init; }

    /// <summary>Traces.</summary>
    [Range(1, 90)]
    public required int Traces { get; init; }
}

/// <summary>What becomes of a field.</summary>
public sealed record RedactionRule
{
    /// <summary>A field by its name, in lower case; a last <c>*</c> stands for any end.</summary>
    [RegularExpression(@"^[a-z0-9_.-]+\*?$"), MaxLength(100)]
    public required string Field { get; init; }

    /// <summary>What is done with it.</summary>
    public required RedactionAction Action { get; init; }
}

/// <summary>What is done with a field before it is kept.</summary>
public enum RedactionAction
{
    Drop,
    Hash,
    Mask,
}
