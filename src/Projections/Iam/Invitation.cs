using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Iam;

/// <summary>An offer to somebody to become a principal of the tenant with a role.</summary>
public sealed record Invitation(
    string Id, Personal? Email, Personal? TelegramUserId, string Role, string Scope, string Locale, Personal? Message, DateTimeOffset ExpiresAt,
    string InviterTenantId, string InvitedBy, DateTimeOffset CreatedAt) : IRevisioned
{
    public int Version { get; set; }

    public InvitationState State { get; init; }

    /// <summary>What became of its letter; null where none is sent.</summary>
    public DeliveryState? Delivery { get; init; }

    /// <summary>The principal that it has led to.</summary>
    public string? PrincipalId { get; init; }

    public InvitationState StateAt(DateTimeOffset now) => State == InvitationState.Pending && ExpiresAt <= now ? InvitationState.Expired : State;

    public static Invitation Create(IEvent<InvitationCreated> e) => new(
        e.StreamKey!, e.Data.Email, e.Data.TelegramUserId, e.Data.Role, e.Data.Scope, e.Data.Locale, e.Data.Message, e.Data.ExpiresAt,
        e.Data.InviterTenantId, e.Data.InvitedBy, e.Timestamp)
    {
        Delivery = e.Data.IsMailed ? DeliveryState.Queued : null,
    };

    public Invitation Apply(InvitationDeliveryChanged e) => this with { Delivery = e.State };

    public Invitation Apply(InvitationAccepted e) => this with { State = InvitationState.Accepted, PrincipalId = e.PrincipalId };

    public Invitation Apply(InvitationRevoked _) => this with { State = InvitationState.Revoked };

    public Invitation Apply(InvitationExpired _) => this with { State = InvitationState.Expired };
}

public enum InvitationState
{
    Pending,
    Accepted,
    Revoked,
    Expired,
}
