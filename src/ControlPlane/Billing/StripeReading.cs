using Stripe;

namespace ControlPlane.Billing;

/// <summary>What Stripe's objects mean in our words.</summary>
public static class StripeReading
{
    /// <summary>The metadata of an item that names the instance it pays for.</summary>
    public const string InstanceKey = "instance_id";

    public static SubscriptionChanged Read(Subscription subscription) => new(
        subscription.Id,
        StatusOf(subscription.Status),
        [
            .. subscription.Items.Data.OrderBy(item => item.Id, StringComparer.Ordinal).Select(item => new SubscribedItem(
                item.Id, item.Metadata?.GetValueOrDefault(InstanceKey), item.Price.Id, At(item.CurrentPeriodStart), At(item.CurrentPeriodEnd))),
        ]);

    public static Invoice Read(Stripe.Invoice invoice) => new(
        invoice.Id, invoice.Number, StateOf(invoice.Status), invoice.Currency.ToUpperInvariant(), invoice.Subtotal,
        invoice.TotalTaxes?.Sum(tax => tax.Amount) ?? 0, invoice.Total, invoice.AmountRemaining, At(invoice.PeriodStart), At(invoice.PeriodEnd),
        At(invoice.StatusTransitions?.FinalizedAt), At(invoice.DueDate), At(invoice.Created), (int)invoice.AttemptCount, At(invoice.NextPaymentAttempt));

    public static InvoiceView View(Stripe.Invoice invoice) => InvoiceView.Of(Read(invoice)) with
    {
        HostedUrl = invoice.HostedInvoiceUrl,
        PdfUrl = invoice.InvoicePdf,
        Lines =
        [
            .. (invoice.Lines?.Data ?? []).Select(line => new InvoiceLine(line.Description, line.Amount, line.Quantity, new(At(line.Period.Start), At(line.Period.End)))),
        ],
    };

    /// <summary>Whether two readings of a subscription say the same.</summary>
    public static bool Same(SubscriptionChanged? one, SubscriptionChanged? other) =>
        one is not null && other is not null && one.SubscriptionId == other.SubscriptionId && one.Status == other.Status && one.Items.SequenceEqual(other.Items);

    private static SubscriptionStatus StatusOf(string status) => status switch
    {
        SubscriptionStatuses.Trialing => SubscriptionStatus.Trialing,
        SubscriptionStatuses.Active => SubscriptionStatus.Active,
        SubscriptionStatuses.PastDue => SubscriptionStatus.PastDue,
        SubscriptionStatuses.Unpaid => SubscriptionStatus.Unpaid,
        SubscriptionStatuses.Paused => SubscriptionStatus.Paused,
        SubscriptionStatuses.Canceled => SubscriptionStatus.Canceled,
        SubscriptionStatuses.Incomplete => SubscriptionStatus.Incomplete,
        SubscriptionStatuses.IncompleteExpired => SubscriptionStatus.IncompleteExpired,
        _ => throw new Hosting.NeverPassesException($"Stripe says a subscription is {status}, which nobody here knows"),
    };

    private static InvoiceState StateOf(string status) => status switch
    {
        "draft" => InvoiceState.Draft,
        "open" => InvoiceState.Open,
        "paid" => InvoiceState.Paid,
        "void" => InvoiceState.Void,
        "uncollectible" => InvoiceState.Uncollectible,
        _ => throw new Hosting.NeverPassesException($"Stripe says an invoice is {status}, which nobody here knows"),
    };

    // The library gives UTC.
    private static DateTimeOffset At(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static DateTimeOffset? At(DateTime? time) => time is { } given ? At(given) : null;
}
