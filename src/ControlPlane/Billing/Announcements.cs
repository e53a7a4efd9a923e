using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.Events;

namespace ControlPlane.Billing;

public static class Announcements
{
    public static AnnouncementMap AddBilling(this AnnouncementMap map) => map
        .On((IEvent<SubscriptionChanged> e) => new Contracts.SubscriptionChanged(
            e.StreamKey!, Words.Of(e.Data.Status), [.. e.Data.Items.Where(item => item.InstanceId is not null).Select(item => item.InstanceId!)]))
        .On((IEvent<StandingChanged> e) => new Contracts.StandingChanged(e.StreamKey!, Words.Of(e.Data.Standing), e.Data.GraceEndsAt))
        .On((IEvent<InvoiceChanged> e) => e.Data.Invoice is { State: InvoiceState.Paid } paid
            ? new Contracts.InvoicePaid(e.StreamKey!, paid.Id, paid.Total, paid.Currency)
            : null)
        .On((IEvent<InvoiceChanged> e) => e.Data.Invoice is { State: InvoiceState.Open, Attempts: > 0 } open
            ? new Contracts.InvoicePaymentFailed(e.StreamKey!, open.Id, open.AmountDue, open.Currency, open.Attempts, open.NextAttemptAt)
            : null);
}
