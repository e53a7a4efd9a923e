using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What a customer's own systems may be told of, how fast, and what they may ask for.</summary>
public sealed record ClusterEventHookProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it tells of, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The lowest tier that may subscribe.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>What events are about, as the first word of their type: <c>agent_instance</c>.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> EventFamilies { get; init; }

    /// <summary>Where they may be delivered to.</summary>
    [MinLength(1)]
    public required IReadOnlyList<HookSink> AllowedSinks { get; init; }

    /// <summary>The most deliveries a second to one sink.</summary>
    [Range(1, 1_000)]
    public required int MaxRatePerSecond { get; init; }

    /// <summary>Paths of an event's data that filters may ask for, as JSON pointers.</summary>
    public required IReadOnlyList<string> FilterFields { get; init; }

    /// <summary>For how many days an event can be delivered again.</summary>
    [Range(1, 90)]
    public required int RetentionDays { get; init; }

    /// <summary>The version of CloudEvents that the envelope has.</summary>
    [RegularExpression(@"^1\.0$")]
    public required string EnvelopeVersion { get; init; }

    /// <summary>Filters to start from.</summary>
    [MinLength(1)]
    public required IReadOnlyList<HookFilterExample> FilterExamples { get; init; }

    /// <summary>What a delivery looks like.</summary>
    public required HookEnvelopeExample ExampleEnvelope { get; init; }

    internal static IEnumerable<Fault> Faults(ClusterEventHookProfile profile, CatalogSnapshot catalog)
    {
        foreach (var fault in BusEvents.FamilyFaults(profile.EventFamilies, "/eventFamilies"))
        {
            yield return fault;
        }

        foreach (var (at, example) in profile.FilterExamples.Index())
        {
            foreach (var fault in HookFilter.Faults(example.Filter, [.. profile.FilterFields]))
            {
                yield return fault with { Pointer = $"/filterExamples/{at}/filter{fault.Pointer}" };
            }
        }

        foreach (var (at, field) in profile.FilterFields.Index().Where(field => !field.Item.StartsWith('/')))
        {
            yield return new($"/filterFields/{at}", "format", $"Write a JSON pointer such as /{field}.");
        }

        foreach (var fault in BusEvents.Faults([profile.ExampleEnvelope.Type], ""))
        {
            yield return fault with { Pointer = "/exampleEnvelope/type" };
        }

        if (!profile.EventFamilies.Contains(profile.ExampleEnvelope.Type.Split('.')[0]))
        {
            yield return new("/exampleEnvelope/type", "no_such_family", "Show an event of one of eventFamilies.");
        }
    }
}

/// <summary>Where events may be delivered to.</summary>
public enum HookSink
{
    Webhook,
    Rabbitmq,
}

/// <summary>A filter to start from.</summary>
public sealed record HookFilterExample
{
    /// <summary>What it lets through, in a sentence.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Title { get; init; }

    /// <summary>The filter.</summary>
    public required JsonElement Filter { get; init; }
}

/// <summary>A delivery, made up.</summary>
public sealed record HookEnvelopeExample
{
    /// <summary>The event's type, such as <c>agent_instance.suspended.v1</c>.</summary>
    [MaxLength(100)]
    public required string Type { get; init; }

    /// <summary>
    /// The headers of the request: CloudEvents binary mode and Standard Webhooks, signed (<c>v1</c>) with a key that is no secret: the 32
    /// bytes <c>0123456789abcdef0123456789abcdef</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body.</summary>
    public required JsonElement Body { get; init; }
}
