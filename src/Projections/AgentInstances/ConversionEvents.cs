namespace ControlPlane.AgentInstances;

public sealed record ConversionStarted(string OfferRef, string PlanRef, string PriceId, string? CheckoutSessionId, DateTimeOffset ExpiresAt, string StartedBy);
public sealed record InstanceConverted(string OfferRef, string PlanRef, string PriceId, string ItemId);
public sealed record ConversionAbandoned(ConversionEnd End, string? Code);

/// <summary>Why an instance was not paid for after all.</summary>
public enum ConversionEnd
{
    /// <summary>Nobody left a payment method in time.</summary>
    Expired,

    /// <summary>The payment was refused.</summary>
    Refused,
}

/// <summary>A conversion that is under way.</summary>
/// <param name="Id">The event that it began with; what is asked of the payment provider is told apart by it.</param>
/// <param name="From">The state that it goes back to when it fails.</param>
/// <param name="OfferRef">What is bought, as <c>catalog@version#offer</c>.</param>
/// <param name="PlanRef">The plan of that offer.</param>
/// <param name="PriceId">Its price at the payment provider.</param>
/// <param name="CheckoutSessionId">The page on which a payment method is left; null where there is one already.</param>
/// <param name="ExpiresAt">When it is given up.</param>
public sealed record Conversion(
    Guid Id, InstanceState From, string OfferRef, string PlanRef, string PriceId, string? CheckoutSessionId, DateTimeOffset ExpiresAt);
