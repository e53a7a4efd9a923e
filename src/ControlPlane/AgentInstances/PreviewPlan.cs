using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Asks what a change of plan would cost and change.</summary>
/// <example>{ "toPlan": "pro@2" }</example>
/// <param name="ToPlan">The plan, <c>name@version</c>; charged as often as the one that is left.</param>
public sealed record PreviewPlan(Ref<PlanProfile> ToPlan);

/// <summary>What a change of plan would cost and change; all amounts are in minor units of the currency.</summary>
/// <param name="QuoteId">Agrees to exactly this with <c>plan-change</c>; absent where nothing would change.</param>
/// <param name="ExpiresAt">Until when the quote is good.</param>
/// <param name="Direction">For more, for less, or none.</param>
/// <param name="FromPlan">The plan that the instance is on.</param>
/// <param name="ToPlan">The plan that it would be on.</param>
/// <param name="EffectiveAt">From when.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="DueNow">What would be charged at once, with tax.</param>
/// <param name="Credit">What is given back of what was paid for already; in <c>dueNow</c> already.</param>
/// <param name="Tax">The tax in <c>dueNow</c>.</param>
/// <param name="Lines">What <c>dueNow</c> is made up of.</param>
/// <param name="NextInvoice">What is charged for the instance at the end of the period, by the price list.</param>
/// <param name="QuotaDelta">What is included of each thing, before and after.</param>
/// <param name="EntitlementsLost">Features that the new plan lacks.</param>
/// <param name="Blockers">What there is too much of for the new plan; while there are any, the change is refused.</param>
public sealed record PlanPreview(
    string? QuoteId, DateTimeOffset? ExpiresAt, PlanDirection Direction, string FromPlan, string ToPlan, DateTimeOffset EffectiveAt, string? Currency,
    long DueNow, long Credit, long Tax, IReadOnlyList<InvoiceLine> Lines, Renewal? NextInvoice, IReadOnlyList<QuotaChange> QuotaDelta,
    IReadOnlyList<Entitlement> EntitlementsLost, IReadOnlyList<PlanBlocker> Blockers);

/// <summary>What is included of a thing, before and after.</summary>
/// <param name="Metric">What is counted.</param>
/// <param name="From">How much is included now; absent: as much as anyone likes.</param>
/// <param name="To">How much would be.</param>
public sealed record QuotaChange(QuotaMetric Metric, long? From, long? To);

public static class PreviewPlanEndpoint
{
    /// <summary>How long a quote is good.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(15);

    public static Task<PlanChoice> LoadAsync(
        PreviewPlan command, AgentInstance instance, Caller caller, CatalogStore catalog, TimeProvider time, IQuerySession session, CancellationToken cancellation) =>
        session.ChoiceAsync(instance, command.ToPlan.Value, catalog, time.GetUtcNow(), cancellation);

    public static ProblemDetails Validate(AgentInstance instance, PlanChoice choice, TimeProvider time) => choice.Refuse(instance, time.GetUtcNow());

    /// <summary>Preview what a plan change would cost and change; nothing is charged.</summary>
    [WolverinePost("/v1/agent-instances/{id}/plan-preview"), Requires("billing:read"), Answers(200, 422, 503), Calls(Outside.Stripe)]
    public static async Task<(Answer<PlanPreview>, IEnumerable<IMartenOp>)> Post(
        PreviewPlan command, [WriteModel("id")] AgentInstance instance, PlanChoice choice, Payments payments, TimeProvider time, CancellationToken cancellation)
    {
        // Whole seconds, as Stripe counts.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var direction = choice.DirectionFrom(instance.PlanRef);
        var bare = new PlanPreview(
            null, null, direction, instance.PlanRef, choice.TargetRef, now, choice.Account?.Currency, 0, 0, 0, [], null, [], [], choice.Blockers);
        if (direction == PlanDirection.None)
        {
            return (new(bare with { Blockers = [] }, stream: instance.Id), []);
        }

        var (account, item, price) = (choice.Account!, choice.Item!, choice.Price!);
        var effective = choice.EffectiveAt(direction, now);
        var charged = effective > now ? null : await payments.AskedByCallerAsync(() =>
            payments.PreviewAsync(account.CustomerId!, account.Subscription!.SubscriptionId, item.ItemId, price.PriceId, now, cancellation));
        var quote = new PlanQuote(
            Ids.New("quo"), instance.Id, instance.PlanRef, choice.TargetRef, choice.OfferRef!, price.PriceId, item.PriceId, item.PeriodEnd, now,
            charged?.AmountDue ?? 0, account.Currency, time.GetUtcNow() + GoodFor);
        return (
            new(bare with
            {
                QuoteId = quote.Id,
                ExpiresAt = quote.ExpiresAt,
                EffectiveAt = effective,
                DueNow = quote.DueNow,
                Credit = -(charged?.Lines.Where(line => line.Amount < 0).Sum(line => line.Amount) ?? 0),
                Tax = charged?.Tax ?? 0,
                Lines = charged?.Lines ?? [],
                NextInvoice = new(item.PeriodEnd, price.Amount, account.Currency),
                QuotaDelta =
                [
                    .. Enum.GetValues<QuotaMetric>().Select(metric => new QuotaChange(metric, choice.Current.LimitOf(metric), choice.Target.LimitOf(metric)))
                        .Where(change => change.From != change.To),
                ],
                EntitlementsLost = [.. choice.Current.Entitlements.Except(choice.Target.Entitlements)],
            }, stream: instance.Id),
            [MartenOps.Store(quote), MartenOps.DeleteWhere<PlanQuote>(old => old.ExpiresAt < now.AddDays(-1))]);
    }
}
