using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;

namespace ControlPlane.Catalog;

/// <summary>How long a class of events stays in the trail, why, and what then becomes of them.</summary>
public sealed record RetentionPolicy
{
    /// <summary>What the policy covers, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>How long an entry is kept.</summary>
    public required Period Duration { get; init; }

    /// <summary>The time that the law asks for at least; absent: none. Entries with a floor outlive the erasure of their tenant.</summary>
    public Period? Floor { get; init; }

    /// <summary>What allows, or obliges, us to keep the entry.</summary>
    public required LegalBasis LegalBasis { get; init; }

    /// <summary>The law or interest behind the legal basis.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string LegalReference { get; init; }

    /// <summary>What becomes of an entry when its time has come.</summary>
    public required RetentionAction Action { get; init; }

    internal static IEnumerable<Fault> Faults(RetentionPolicy policy, CatalogSnapshot catalog)
    {
        var start = DateTimeOffset.UnixEpoch;
        if (policy.Floor is { } floor && policy.Duration.After(start) < floor.After(start))
        {
            yield return new("/duration", "below_legal_floor", $"Keep entries for at least {floor}.");
        }
    }
}

/// <summary>What allows personal data to be kept (GDPR, article 6).</summary>
public enum LegalBasis
{
    Consent,
    Contract,
    LegalObligation,
    LegitimateInterest,
}

/// <summary>What becomes of an entry when its time has come.</summary>
public enum RetentionAction
{
    Delete,
    Pseudonymise,
    Shred,
}
