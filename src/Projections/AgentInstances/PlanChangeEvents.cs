namespace ControlPlane.AgentInstances;

public sealed record PlanChangeRequested(
    string ToPlanRef, string OfferRef, string PriceId, PlanDirection Direction, DateTimeOffset EffectiveAt, string? QuoteId, DateTimeOffset? ProrationDate,
    long? DueNow, string RequestedBy);
public sealed record PlanChanged(string FromPlanRef, string PlanRef, string OfferRef, string PriceId);
public sealed record PlanChangeFailed(string PlanRef, string Code);
public sealed record PlanChangeCancelled(string PlanRef, string CancelledBy);

/// <summary>Whether a change of plan is for more or for less.</summary>
public enum PlanDirection
{
    None,
    Upgrade,
    Downgrade,
}

/// <summary>A change of plan that is yet to come.</summary>
/// <param name="Id">The event that it began with; what is asked of the payment provider is told apart by it.</param>
/// <param name="ToPlanRef">The plan that the instance will be on.</param>
/// <param name="OfferRef">What is bought, as <c>catalog@version#offer</c>.</param>
/// <param name="PriceId">Its price at the payment provider.</param>
/// <param name="Direction">For more or for less.</param>
/// <param name="EffectiveAt">From when.</param>
/// <param name="QuoteId">The quote that it was agreed to by.</param>
/// <param name="ProrationDate">The moment that the quote divides the period at.</param>
/// <param name="DueNow">What the quote says is charged at once, in minor units.</param>
public sealed record PlanChange(
    Guid Id, string ToPlanRef, string OfferRef, string PriceId, PlanDirection Direction, DateTimeOffset EffectiveAt, string? QuoteId, DateTimeOffset? ProrationDate, long? DueNow);

/// <summary>What a change of plan would cost, for a quarter of an hour. Operational.</summary>
/// <param name="Id">Id of the quote.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="FromPlanRef">The plan that it was on.</param>
/// <param name="ToPlanRef">The plan that it will be on.</param>
/// <param name="OfferRef">What is bought.</param>
/// <param name="PriceId">Its price at the payment provider.</param>
/// <param name="FromPriceId">The price that is replaced.</param>
/// <param name="PeriodEnd">The end of the period that was current.</param>
/// <param name="ProrationDate">The moment that the period is divided at.</param>
/// <param name="DueNow">What is charged at once, in minor units.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record PlanQuote(
    string Id, string InstanceId, string FromPlanRef, string ToPlanRef, string OfferRef, string PriceId, string FromPriceId, DateTimeOffset PeriodEnd,
    DateTimeOffset ProrationDate, long DueNow, string Currency, DateTimeOffset ExpiresAt);
