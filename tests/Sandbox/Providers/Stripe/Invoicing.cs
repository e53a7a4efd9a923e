using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Makes invoices and has them paid.</summary>
internal static class Invoicing
{
    private static readonly int[] RetryDays = [3, 5, 7];

    public static JsonObject Issue(StripeAccount account, JsonObject subscription, IReadOnlyList<InvoiceLine> lines, string reason, long at, bool isCharged, Cause cause)
    {
        var customer = account.Customers.Find(subscription["customer"]!.GetValue<string>())!;
        var invoice = Make(account, subscription, customer, lines, reason, at);
        account.Invoices.Add(invoice);
        account.Record("invoice.created", invoice, cause);
        customer["balance"] = invoice["ending_balance"]!.GetValue<long>();
        invoice["status"] = "open";
        invoice["number"] = $"{customer["invoice_prefix"]}-{customer["next_invoice_sequence"]!.GetValue<long>():0000}";
        customer["next_invoice_sequence"] = customer["next_invoice_sequence"]!.GetValue<long>() + 1;
        invoice["status_transitions"]!["finalized_at"] = at;
        account.Record("invoice.finalized", invoice, cause);
        if (isCharged || invoice["amount_due"]!.GetValue<long>() == 0)
            Attempt(account, subscription, invoice, at, cause);
        return invoice;
    }

    /// <summary>Tries to have it paid; what fails is tried again after a few days.</summary>
    public static bool Attempt(StripeAccount account, JsonObject subscription, JsonObject invoice, long at, Cause cause)
    {
        var due = invoice["amount_remaining"]!.GetValue<long>();
        var outcome = due == 0 ? new Charging(true, null) : Charging.Try(account, subscription, due);
        if (outcome.IsPaid)
        {
            if (due > 0)
                Count(invoice);
            (invoice["status"], invoice["amount_paid"], invoice["amount_remaining"], invoice["next_payment_attempt"]) = ("paid", invoice["amount_due"]!.DeepClone(), 0, null);
            invoice["status_transitions"]!["paid_at"] = at;
            account.Record("invoice.paid", invoice, cause);
            return true;
        }

        var attempts = Count(invoice);
        invoice["next_payment_attempt"] = attempts <= RetryDays.Length ? at + (RetryDays[attempts - 1] * 86_400L) : null;
        account.Record("invoice.payment_failed", invoice, cause);
        if (account.BehaviorOf((string)invoice["customer"]!) == CardBehavior.RequiresAction)
            account.Record("invoice.payment_action_required", invoice, cause);
        return false;
    }

    public static JsonObject Make(StripeAccount account, JsonObject subscription, JsonObject customer, IReadOnlyList<InvoiceLine> lines, string reason, long at)
    {
        var (total, balance) = (lines.Sum(line => line.Amount), customer["balance"]!.GetValue<long>());
        var due = Math.Max(0, total + balance);
        var id = RandomId.New("in_1", 23);
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "invoice",
            ["amount_due"] = due,
            ["amount_paid"] = 0,
            ["amount_remaining"] = due,
            ["attempt_count"] = 0,
            ["attempted"] = false,
            ["auto_advance"] = true,
            ["billing_reason"] = reason,
            ["collection_method"] = "charge_automatically",
            ["created"] = at,
            ["currency"] = (string?)subscription["currency"],
            ["customer"] = (string?)customer["id"],
            ["due_date"] = null,
            ["ending_balance"] = Math.Min(0, total + balance),
            ["hosted_invoice_url"] = $"https://invoice.stripe.com/i/{id}",
            ["invoice_pdf"] = $"https://pay.stripe.com/invoice/{id}/pdf",
            ["lines"] = new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray([.. lines.Select(line => line.Show(subscription["id"]!.GetValue<string>()))]),
                ["has_more"] = false,
                ["url"] = $"/v1/invoices/{id}/lines",
            },
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["next_payment_attempt"] = null,
            ["number"] = null,
            ["parent"] = new JsonObject
            {
                ["type"] = "subscription_details",
                ["subscription_details"] = new JsonObject { ["subscription"] = (string?)subscription["id"], ["metadata"] = subscription["metadata"]?.DeepClone() },
            },
            ["period_end"] = lines.Count > 0 ? lines.Max(line => line.End) : at,
            ["period_start"] = lines.Count > 0 ? lines.Min(line => line.Start) : at,
            ["starting_balance"] = balance,
            ["status"] = "draft",
            ["status_transitions"] = new JsonObject { ["finalized_at"] = null, ["marked_uncollectible_at"] = null, ["paid_at"] = null, ["voided_at"] = null },
            ["subtotal"] = total,
            ["total"] = total,
            ["total_taxes"] = new JsonArray(),
        };
    }

    private static int Count(JsonObject invoice)
    {
        var attempts = invoice["attempt_count"]!.GetValue<int>() + 1;
        (invoice["attempt_count"], invoice["attempted"]) = (attempts, true);
        return attempts;
    }
}
