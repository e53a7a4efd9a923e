using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>What time brings: new periods, and further tries at what was not paid.</summary>
internal static class Renewals
{
    /// <summary>Whatever the time has brought since the last call.</summary>
    public static void CatchUp(StripeAccount account)
    {
        CheckoutSessions.ExpireDue(account);
        foreach (var held in account.Subscriptions.NewestFirst.Where(Subscriptions.IsLiving).ToList())
        {
            while (Subscriptions.IsLiving(held) && NextOf(account, held) is { } next && next.At <= account.Now)
                next.Happen();
        }
    }

    /// <summary>The next period of an item, whole.</summary>
    public static InvoiceLine Next(JsonObject item)
    {
        var next = (JsonObject)item.DeepClone();
        var start = item["current_period_end"]!.GetValue<long>();
        (next["current_period_start"], next["current_period_end"]) = (start, Periods.End(item["price"]!["recurring"]!, start));
        return InvoiceLine.Whole(next);
    }

    /// <summary>All is paid again.</summary>
    public static void Recover(StripeAccount account, JsonObject held, Cause cause)
    {
        if ((string?)held["status"] is not ("past_due" or "unpaid" or "incomplete") || OpenOf(account, held).Any())
            return;
        var before = (string?)held["status"];
        held["status"] = "active";
        account.Record("customer.subscription.updated", held, cause, new JsonObject { ["status"] = before });
    }

    private static (long At, Action Happen)? NextOf(StripeAccount account, JsonObject held)
    {
        var retry = OpenOf(account, held).Where(invoice => invoice["next_payment_attempt"] is not null).MinBy(invoice => invoice["next_payment_attempt"]!.GetValue<long>());
        var end = Subscriptions.PeriodEnd(held);
        return retry is not null && retry["next_payment_attempt"]!.GetValue<long>() is var due && due <= end
            ? (due, () => Retry(account, held, retry, due))
            : (end, () => Renew(account, held, end));
    }

    private static IEnumerable<JsonObject> OpenOf(StripeAccount account, JsonObject held) => account.Invoices.NewestFirst.Where(invoice =>
        (string?)invoice["status"] == "open" && (string?)invoice["parent"]!["subscription_details"]!["subscription"] == (string?)held["id"]);

    /// <summary>Begins the next period of one subscription now, whatever the clock says.</summary>
    public static JsonObject RenewNow(StripeAccount account, JsonObject held)
    {
        Renew(account, held, account.Now);
        return held;
    }

    /// <summary>Tries now to have paid what is open, whatever the clock says.</summary>
    public static JsonObject RetryNow(StripeAccount account, JsonObject held)
    {
        foreach (var invoice in OpenOf(account, held).ToList())
            Retry(account, held, invoice, account.Now);
        return held;
    }

    private static void Retry(StripeAccount account, JsonObject held, JsonObject invoice, long at)
    {
        if (Invoicing.Attempt(account, held, invoice, at, Cause.None))
            Recover(account, held, Cause.None);
        else if (invoice["next_payment_attempt"] is null)
            Become(account, held, "unpaid");
    }

    private static void Renew(StripeAccount account, JsonObject held, long at)
    {
        if (held["cancel_at_period_end"]!.GetValue<bool>())
        {
            Subscriptions.End(account, held, Cause.None, at);
            return;
        }

        var id = held["id"]!.GetValue<string>();
        List<InvoiceLine> lines = [.. account.PendingLines(id)];
        account.PendingLines(id).Clear();
        foreach (var item in Subscriptions.Items(held))
        {
            lines.Add(Next(item));
            (item["current_period_start"], item["current_period_end"]) = (lines[^1].Start, lines[^1].End);
        }

        var isUnpaid = (string?)held["status"] == "unpaid";
        var invoice = Invoicing.Issue(account, held, lines, "subscription_cycle", at, isCharged: !isUnpaid, Cause.None);
        held["latest_invoice"] = invoice["id"]!.GetValue<string>();
        if ((string?)invoice["status"] == "open" && !isUnpaid && (string?)held["status"] != "past_due")
            Become(account, held, "past_due");
        else
            account.Record("customer.subscription.updated", held, Cause.None, []);
    }

    private static void Become(StripeAccount account, JsonObject held, string status)
    {
        var before = (string?)held["status"];
        held["status"] = status;
        account.Record("customer.subscription.updated", held, Cause.None, new JsonObject { ["status"] = before });
    }
}
