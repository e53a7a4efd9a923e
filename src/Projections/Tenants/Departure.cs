using JasperFx.Events;

namespace ControlPlane.Tenants;

/// <summary>The departure key of one deletion, and what it was opened for. A stream of its own, so that it never fails a restore.</summary>
public sealed record Departure(string Id, string TenantId)
{
    public int Opened { get; init; }

    public static Departure Create(IEvent<DepartureKeyMade> e) => new(e.StreamKey!, e.Data.TenantId);

    public Departure Apply(DepartureKeyOpened _) => this with { Opened = Opened + 1 };
}
