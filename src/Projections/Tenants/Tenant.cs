using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Tenants;

/// <summary>One customer account: the unit of isolation, billing and erasure.</summary>
public sealed record Tenant(string Id, Personal Name, string Country, string Locale, string OwnerPrincipalId) : IRevisioned
{
    /// <summary>The operator's own tenant: staff, the manager bot, runtimes, workers.</summary>
    public const string Platform = "platform";

    public int Version { get; set; }

    /// <summary>The tier of the highest paid plan; <see cref="Tier.Solo"/> before the first payment.</summary>
    public Tier Tier { get; init; }

    public TenantState State { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every deletion that was asked for, the last one last; all before it were undone.</summary>
    public ImmutableArray<TenantDeletion> Deletions { get; init; } = [];

    /// <summary>The last deletion that was asked for.</summary>
    [JsonIgnore]
    public TenantDeletion? Deletion => Deletions.IsEmpty ? null : Deletions[^1];

    /// <summary>Whether the deletion is the one that counts, and is where it is expected to be.</summary>
    public bool IsAt(string operationId, TenantState state) => State == state && Deletion?.OperationId == operationId;

    public static Tenant Create(IEvent<TenantCreated> e) =>
        new(e.StreamKey!, e.Data.Name, e.Data.Country, e.Data.Locale, e.Data.OwnerPrincipalId) { CreatedAt = e.Timestamp };

    public Tenant Apply(TenantTierChanged e) => this with { Tier = e.Tier };

    public Tenant Apply(TenantDeletionRequested e) => this with
    {
        State = TenantState.Tombstoned,
        Deletions = Deletions.Add(new(e.OperationId, e.Reason, e.RequestedAt, e.PurgeAt, e.LegalDeadline, e.Stopped, e.OwnerAddresses)),
    };

    public Tenant Apply(IEvent<TenantRestored> e) => Change(TenantState.Active, deletion => deletion with { Restored = e.Data, EndedAt = e.Timestamp });

    public Tenant Apply(TenantPurgeStarted e) => Change(TenantState.Purging, deletion => deletion with { PurgeStartedAt = e.StartedAt });

    public Tenant Apply(TenantPurgeStepEnded e) => Change(State, deletion => deletion with { Steps = deletion.Steps.Add(e) });

    public Tenant Apply(TenantPurged e) => Change(TenantState.Purged, deletion => deletion with { Purged = e, EndedAt = e.PurgedAt });

    private Tenant Change(TenantState state, Func<TenantDeletion, TenantDeletion> change) =>
        this with { State = state, Deletions = Deletions.SetItem(Deletions.Length - 1, change(Deletions[^1])) };
}

/// <summary>Where a tenant stands: a tombstoned one can come back, a purging one can't.</summary>
public enum TenantState
{
    Active,
    Tombstoned,
    Purging,
    Purged,
}

/// <summary>A deletion of a tenant from its tombstone to its end.</summary>
public sealed record TenantDeletion(
    string OperationId, TenantDeletionReason Reason, DateTimeOffset RequestedAt, DateTimeOffset PurgeAt, DateTimeOffset? LegalDeadline,
    IReadOnlyList<Affected> Stopped, IReadOnlyList<Personal> OwnerAddresses)
{
    public TenantRestored? Restored { get; init; }

    public DateTimeOffset? PurgeStartedAt { get; init; }

    public ImmutableArray<TenantPurgeStepEnded> Steps { get; init; } = [];

    public TenantPurged? Purged { get; init; }

    /// <summary>When it was undone, or done.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>In ascending order: what a tier allows and costs stands in the catalog.</summary>
public enum Tier
{
    Solo,
    Pro,
    Squad,
}
