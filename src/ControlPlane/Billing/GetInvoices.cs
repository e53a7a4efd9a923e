using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ControlPlane.Audit;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Marten;
using Wolverine.Http;

namespace ControlPlane.Billing;

/// <summary>Which invoices to list.</summary>
public sealed record InvoicesQuery : ListQuery
{
    /// <summary>Those in this state.</summary>
    public InvoiceState? State { get; init; }

    /// <summary>Those made in this month, <c>2026-11</c> (UTC).</summary>
    [RegularExpression("^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    public string? Period { get; init; }

    /// <summary>Refuses with 503 what can only be answered from what was last seen.</summary>
    public bool Fresh { get; init; }
}

/// <summary>An invoice; all amounts are in minor units of its currency.</summary>
/// <param name="Id">The payment provider's id.</param>
/// <param name="Number">The number that stands on it; absent on a draft.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Subtotal">Before tax.</param>
/// <param name="Tax">The tax.</param>
/// <param name="Total">With tax.</param>
/// <param name="AmountDue">What is left to be paid.</param>
/// <param name="Period">What it charges for.</param>
/// <param name="IssuedAt">When it was issued; absent on a draft.</param>
/// <param name="DueAt">When it has to be paid.</param>
/// <param name="HostedUrl">Where it can be looked at and paid, for a while; absent in what was last seen.</param>
/// <param name="PdfUrl">Where it can be fetched as a PDF, for a while; absent in what was last seen.</param>
/// <param name="Lines">What it is made up of; absent in what was last seen.</param>
public sealed record InvoiceView(
    string Id, string? Number, InvoiceState State, string Currency, long Subtotal, long Tax, long Total, long AmountDue, InvoicePeriod Period,
    DateTimeOffset? IssuedAt, DateTimeOffset? DueAt, string? HostedUrl, string? PdfUrl, IReadOnlyList<InvoiceLine>? Lines)
{
    public static InvoiceView Of(Invoice invoice) => new(
        invoice.Id, invoice.NumberCode, invoice.State, invoice.Currency, invoice.Subtotal, invoice.Tax, invoice.Total, invoice.AmountDue,
        new(invoice.PeriodStart, invoice.PeriodEnd), invoice.IssuedAt, invoice.DueAt, null, null, null);
}

/// <summary>A time that is charged for.</summary>
/// <param name="Start">From when.</param>
/// <param name="End">Until when.</param>
public sealed record InvoicePeriod(DateTimeOffset Start, DateTimeOffset End);

/// <summary>One line of an invoice.</summary>
/// <param name="Description">What it is for, in the payment provider's words.</param>
/// <param name="Amount">In minor units; negative where something is given back.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Period">What it charges for.</param>
public sealed record InvoiceLine(string? Description, long Amount, long? Quantity, InvoicePeriod Period);

/// <summary>A page of invoices, newest first.</summary>
/// <param name="Items">The invoices.</param>
/// <param name="NextCursor">Asks for the next page; absent on the last one.</param>
/// <param name="AsOf">When this was so.</param>
public sealed record InvoicesPage(IReadOnlyList<InvoiceView> Items, string? NextCursor, InvoicesAsOf AsOf);

/// <summary>When a list of invoices was so.</summary>
/// <param name="Sequence">The state of the history that was known then.</param>
/// <param name="Timestamp">The time of the answer, or of the payment provider's where it was asked less than a minute ago.</param>
/// <param name="Stale">Whether the payment provider could not be asked, and this is what was last seen there.</param>
public sealed record InvoicesAsOf(long Sequence, DateTimeOffset Timestamp, bool Stale);

public static class GetInvoicesEndpoint
{
    private const string List = "invoices";

    /// <summary>List the tenant's invoices as the payment provider has them; what was last seen where it can't be asked.</summary>
    [WolverineGet("/v1/billing/invoices"), Requires("billing:read"), Query<InvoicesQuery>, Answers(200, 503), Calls(Outside.Stripe), AuditedRead]
    public static async Task<InvoicesPage> Get(
        HttpContext http, [NotBody] Caller caller, IQuerySession session, InvoiceBook book, Cursors cursors, History history, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<InvoicesQuery>();
        var asOf = await history.NowAsync(cancellation);
        var after = cursors.Read(caller.TenantId, List, query);
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(caller.TenantId), cancellation);
        if (account?.CustomerId is not { } customer)
        {
            return new([], null, new(asOf.Sequence, time.GetUtcNow(), false));
        }

        var (from, to) = MonthOf(query.Period);
        if (await book.ReadAsync(new(customer, query.State, from, to, query.Limit, after), cancellation) is { } read)
        {
            return new(read.Invoices, CursorFor(read.HasMore, read.Invoices), new(asOf.Sequence, read.At, false));
        }

        if (query.Fresh)
        {
            throw new ProblemException(Payments.Away());
        }

        var seen = await SeenAsync(session, query, from, to, after, cancellation);
        InvoiceView[] page = [.. seen.Take(query.Limit).Select(card => InvoiceView.Of(card.Invoice))];
        return new(page, CursorFor(seen.Count > query.Limit, page), new(asOf.Sequence, time.GetUtcNow(), true));

        string? CursorFor(bool hasMore, IReadOnlyList<InvoiceView> shown) => hasMore && shown.Count > 0 ? cursors.Make(caller.TenantId, List, query, shown[^1].Id) : null;
    }

    private static async Task<IReadOnlyList<InvoiceCard>> SeenAsync(
        IQuerySession session, InvoicesQuery query, DateTimeOffset? from, DateTimeOffset? to, string? after, CancellationToken cancellation)
    {
        IQueryable<InvoiceCard> fitting = session.Query<InvoiceCard>();
        fitting = query.State is { } state ? fitting.Where(card => card.State == state) : fitting;
        fitting = from is { } start && to is { } end ? fitting.Where(card => card.CreatedAt >= start && card.CreatedAt < end) : fitting;
        var newest = await fitting.OrderByDescending(card => card.CreatedAt).ThenByDescending(card => card.Id).ToListAsync(cancellation);
        return after is null ? newest : [.. newest.SkipWhile(card => card.Id != after).Skip(1)];
    }

    private static (DateTimeOffset? From, DateTimeOffset? To) MonthOf(string? period)
    {
        if (period is null)
        {
            return (null, null);
        }

        var start = DateTimeOffset.ParseExact(period, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (start, start.AddMonths(1));
    }
}
