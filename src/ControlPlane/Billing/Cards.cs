using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Stripe;

namespace ControlPlane.Billing;

/// <summary>A card, as much of it as is needed to know it again.</summary>
/// <param name="Brand">As Stripe names it; the kind of payment method where it is no card.</param>
/// <param name="Last4">The last four digits.</param>
/// <param name="ExpMonth">The month it ends with.</param>
/// <param name="ExpYear">The year of that.</param>
public sealed record Card(string Brand, string? Last4, int? ExpMonth, int? ExpYear);

public static class Cards
{
    public static Personal Of(PaymentMethod method) => new(JsonSerializer.Serialize(
        method.Card is { } card ? new Card(card.Brand, card.Last4, (int)card.ExpMonth, (int)card.ExpYear) : new Card(method.Type, null, null, null), Json.Http));

    /// <summary>The card where it can be read.</summary>
    public static Card? Read(Personal? card) => card is { IsReadable: true } ? JsonSerializer.Deserialize<Card>(card.Value, Json.Http) : null;
}
