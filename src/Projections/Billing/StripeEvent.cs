using ControlPlane.Sealing;

namespace ControlPlane.Billing;

/// <summary>What Stripe has told, each event once for ever: a stream of the platform's tenant with the event's own id.</summary>
public sealed record StripeEvent(string Id);

/// <param name="TypeCode">Stripe's name of what happened, such as <c>invoice.paid</c>.</param>
/// <param name="ApiVersion">The version that it is written in.</param>
/// <param name="CreatedAt">When it happened at Stripe.</param>
/// <param name="ObjectId">What it happened to.</param>
/// <param name="CustomerId">Whom that belongs to.</param>
/// <param name="IsParked">Whether it is left for people: it is written in another version than ours.</param>
/// <param name="Body">All of it, for 30 days.</param>
public sealed record StripeEventReceived(
    string TypeCode, string? ApiVersion, DateTimeOffset CreatedAt, string? ObjectId, string? CustomerId, bool IsParked, Personal Body);
