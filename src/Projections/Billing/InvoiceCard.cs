using JasperFx.Events;
using Marten.Events.Projections;

namespace ControlPlane.Billing;

/// <summary>An invoice as last seen at Stripe, for when Stripe can't be asked.</summary>
public sealed record InvoiceCard(string Id, Invoice Invoice, DateTimeOffset SeenAt)
{
    public DateTimeOffset CreatedAt { get; init; } = Invoice.CreatedAt;

    public InvoiceState State { get; init; } = Invoice.State;
}

public sealed partial class InvoiceCardProjection : MultiStreamProjection<InvoiceCard, string>
{
    public InvoiceCardProjection() => Identity<InvoiceChanged>(e => e.Invoice.Id);

    public static InvoiceCard Create(IEvent<InvoiceChanged> e) => new(e.Data.Invoice.Id, e.Data.Invoice, e.Timestamp);

    public static InvoiceCard Apply(IEvent<InvoiceChanged> e, InvoiceCard card) => new(card.Id, e.Data.Invoice, e.Timestamp);
}
