using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>What people are told of, and how.</summary>
public sealed record NotificationProfile
{
    private static readonly NotificationCategory[] Owed = [NotificationCategory.Security, NotificationCategory.Legal, NotificationCategory.BillingFailure];

    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What it tells of, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>What sort of thing it tells of.</summary>
    public required NotificationCategory Category { get; init; }

    /// <summary>Whether an owner can't do without it: what the law or safety asks us to tell.</summary>
    public required bool Mandatory { get; init; }

    /// <summary>How grave it is at the least.</summary>
    public required NotificationSeverity Severity { get; init; }

    /// <summary>Events of the bus that it tells of.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>How it can be told.</summary>
    [MinLength(1)]
    public required IReadOnlyList<NotificationChannel> Channels { get; init; }

    /// <summary>How often it is told unless somebody chooses otherwise.</summary>
    public required DigestMode DefaultDigest { get; init; }

    /// <summary>The letters and messages by locale; ids only.</summary>
    [MinLength(1)]
    public required IReadOnlyList<NotificationTemplate> Templates { get; init; }

    /// <summary>What a subscription may set, as JSON Schema 2020-12.</summary>
    public required PlainSchema Preferences { get; init; }

    internal static IEnumerable<Fault> Faults(NotificationProfile profile, CatalogSnapshot catalog)
    {
        if (profile.Mandatory != Owed.Contains(profile.Category))
        {
            yield return new("/mandatory", "mandatory_category", $"Let security, legal and billing_failure be mandatory, and nothing else.");
        }

        if (profile.Mandatory && profile.DefaultDigest != DigestMode.Immediate)
        {
            yield return new("/defaultDigest", "not_one_of", "What is mandatory is told at once.");
        }

        foreach (var fault in BusEvents.Faults(profile.EventTypes, "/eventTypes"))
        {
            yield return fault;
        }

        foreach (var at in Repeated.In(profile.Templates, template => (template.Locale, template.Channel)))
        {
            yield return new($"/templates/{at}", "repeated", "Give each locale and channel one template.");
        }

        foreach (var channel in profile.Channels.Where(channel => channel != NotificationChannel.Webhook && profile.Templates.All(template => template.Channel != channel)))
        {
            yield return new("/templates", "required", $"Name a template for {Storage.Words.Of(channel)}.");
        }

        foreach (var fault in profile.Preferences.Faults)
        {
            yield return fault with { Pointer = $"/preferences{fault.Pointer}" };
        }
    }
}

/// <summary>What sort of thing somebody is told of.</summary>
public enum NotificationCategory
{
    Operations,
    Product,
    Billing,
    BillingFailure,
    Security,
    Legal,
}

/// <summary>How grave something is.</summary>
public enum NotificationSeverity
{
    Info,
    Warning,
    Critical,
}

/// <summary>How somebody is told.</summary>
public enum NotificationChannel
{
    Email,
    Telegram,
    Webhook,
}

/// <summary>How often somebody is told.</summary>
public enum DigestMode
{
    Immediate,
    Hourly,
    Daily,
}

/// <summary>A letter or message in one language.</summary>
public sealed record NotificationTemplate
{
    /// <summary>The language.</summary>
    [Format("locale")]
    public required string Locale { get; init; }

    /// <summary>The channel that it is written for.</summary>
    public required NotificationChannel Channel { get; init; }

    /// <summary>Names the text.</summary>
    [Format("slug")]
    public required string Id { get; init; }
}
