using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using Marten;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Billing;

/// <summary>That an event of Stripe's was taken; what it means is worked out afterwards.</summary>
/// <param name="Received">Always true.</param>
/// <param name="Duplicate">Whether it had been taken before.</param>
public sealed record StripeReceipt(bool Received, bool Duplicate);

public static class ReceiveStripeEndpoint
{
    private static readonly TimeSpan BodyKept = TimeSpan.FromDays(30);

    /// <summary>Receive Stripe's events.</summary>
    /// <remarks>
    /// Signed by Stripe over the raw bytes with one of the configured secrets, at most 300 s ago. Each event is taken once for ever;
    /// one that is written in another version of Stripe's API than ours is kept for people to look at.
    /// </remarks>
    [WolverinePost("/v1/billing/stripe-webhook"), Signed, RawBody, Answers(200, 400, 413)]
    public static async Task<(Answer<StripeReceipt>, IEnumerable<IMartenOp>, OutgoingMessages)> Post(
        HttpContext http, [NotBody] StripeWebhook webhook, IQuerySession session, [NotBody] TimeProvider time, CancellationToken cancellation)
    {
        var told = webhook.Read(await RequestBodies.ReadTextAsync(http, cancellation), http.Request.Headers["Stripe-Signature"].ToString());
        if (await session.Events.FetchStreamStateAsync(told.Id, cancellation) is not null)
        {
            return (new(new StripeReceipt(true, true)), [], []);
        }

        var messages = new OutgoingMessages();
        messages.Schedule(new ForgetStripeEvent(told.Id), time.GetUtcNow() + BodyKept);
        if (!told.IsParked)
        {
            messages.Add(new SortStripeEvent(told.Id, told.Type, told.ObjectId, told.CustomerId));
        }

        return (
            new(new StripeReceipt(true, false)),
            [
                MartenOps.StartStream<StripeEvent>(told.Id, new StripeEventReceived(
                    told.Type, told.ApiVersion, told.CreatedAt, told.ObjectId, told.CustomerId, told.IsParked, new Personal(told.Body))),
            ],
            messages);
    }
}
